/** <glossator-chat mode="launcher|inline|frame">: the element on the page. What is in it comes as a chunk when it is used. */
import { before, liveKey, openKey } from './before';
import { brandOf, type Brand } from './brand';
import { accentRules } from './color';
import { sheet } from './dom';
import type { Face, Host } from './host';
import type { GlossaryHost } from './hostglossary';
import { launcherButton } from './launcher';
import { isNarrow } from './narrow';
import type { Assistant, PublicApi } from './publicapi';
import { findSite } from './site';
import baseCss from './style/base.css';

export const TAG = 'glossator-chat';

/** Where the script came from and what else it shares with its elements. */
export interface Origin {
  /** The address of the script; the chunks lie in assets/ beside it. */
  base: string;
  page: PublicApi;
}

type Mode = 'launcher' | 'inline' | 'frame';

/** Return the element's class. */
export function chatElement({ base, page }: Origin): CustomElementConstructor {
  const chunk = <T>(name: keyof typeof CHUNKS): Promise<T> => import(new URL(`assets/${CHUNKS[name]}`, base).href) as Promise<T>;
  const baseSheet = sheet(baseCss);

  return class GlossatorChat extends HTMLElement implements Assistant {
    #face: Promise<Face> | null = null;
    #toggle: HTMLButtonElement | null = null;
    #brand: Brand | null = null;
    #sheets: CSSStyleSheet[] = [];

    connectedCallback(): void {
      if (!this.shadowRoot) void this.#begin(this.attachShadow({ mode: 'open' }));
      else if (this.#brand) this.#arrive();
    }

    /** Let go of everything, unless the page only moves it: what was said is kept in the tab. */
    disconnectedCallback(): void {
      page.forget(this);
      this.#toggle?.setAttribute('aria-expanded', 'false'); // the browser has closed what was open
      void this.#face?.then((face) => {
        face.close();
        if (this.isConnected) return;
        face.dispose();
        this.#face = null;
      });
    }

    open(): void {
      void this.#show(true);
    }

    close(): void {
      void this.#face?.then((face) => face.close());
    }

    ask(text: string): void {
      void this.#show(true).then((face) => face.ask(text));
    }

    get #mode(): Mode {
      const mode = this.getAttribute('mode');
      return mode === 'launcher' || mode === 'frame' ? mode : 'inline';
    }

    get #api(): string {
      const { apiUrl } = this.dataset;
      return (apiUrl ? new URL(apiUrl, location.href) : new URL('.', base)).href.replace(/\/+$/, '');
    }

    get #site(): string {
      return this.dataset.siteId || 'default';
    }

    /** Whether the panel is open from the start: as the visitor left it on the page before, or else as the page wishes. */
    get #opens(): boolean {
      const { openOnLoad } = this.dataset;
      const left = before(openKey(this.#api, this.#site));
      return left ? left === 'true' : openOnLoad !== undefined && openOnLoad !== 'false';
    }

    async #begin(root: ShadowRoot): Promise<void> {
      const { site, refused } = await findSite(this.#api, this.#site);
      const launches = this.#mode === 'launcher';
      if (!site && (launches || refused)) {
        this.hidden = true;
        return;
      }
      this.#brand = brandOf(site, this.dataset);
      this.#sheets = [baseSheet, sheet(accentRules(this.#brand.color, ':host') + look(this.#brand))];
      root.adoptedStyleSheets = this.#sheets;
      if (launches) this.#launch(root, this.#brand);
      const { glossary } = this.dataset;
      if (glossary === 'hover' || glossary === 'link') whenIdle(() => void this.#markTerms(glossary));
      this.#arrive();
      this.dispatchEvent(new CustomEvent('ready', { detail: { title: this.#brand.title } }));
    }

    #launch(root: ShadowRoot, brand: Brand): void {
      const toggle = (this.#toggle = launcherButton(brand.title, brand.position));
      toggle.addEventListener('click', () => (toggle.getAttribute('aria-expanded') === 'true' ? this.close() : this.open()));
      // The chunk is on its way by the time that the click comes.
      for (const sign of ['pointerenter', 'focus']) toggle.addEventListener(sign, () => void this.#load(), { once: true });
      root.append(toggle);
      if (this.#opens && !isNarrow()) void this.#show(false);
    }

    /** Take a place in the page: the button into the top layer, the element to window.Glossator. */
    #arrive(): void {
      if (!this.isConnected) return;
      if (this.#toggle) {
        this.#toggle.showPopover();
        if (before(liveKey(this.#api, this.#site)) !== null) void this.#load(); // it shows on the button what a person writes
      } else void this.#show(false);
      page.register(this);
    }

    #host(): Host {
      return {
        root: this.shadowRoot!,
        sheets: this.#sheets,
        toggle: this.#toggle,
        api: this.#api,
        site: this.#site,
        brand: this.#brand!,
        language: (this.closest('[lang]') as HTMLElement | null)?.lang,
        emit: page.emit,
      };
    }

    #load(): Promise<Face> {
      const framed = this.#mode === 'frame' || this.dataset.mode === 'frame';
      this.#face ??= chunk<{ mount: (host: Host) => Promise<Face> }>(framed ? 'frame' : 'chat').then(({ mount }) => mount(this.#host()));
      return this.#face;
    }

    async #show(focus: boolean): Promise<Face> {
      const face = await this.#load();
      face.open(focus);
      return face;
    }

    async #markTerms(mode: 'hover' | 'link'): Promise<void> {
      const { markTerms } = await chunk<{ markTerms: (host: GlossaryHost) => Promise<void> }>('glossary');
      await markTerms({ ...this.#host(), mode, ask: (text) => this.ask(text) });
    }
  };
}

/** Return the rules of a brand's theme and font. */
function look({ theme, font }: Brand): string {
  const scheme = theme === 'auto' ? '' : `color-scheme:${theme}!important;`;
  return `:host{${scheme}${font ? `--brand-font:${font}` : ''}}`;
}

function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: 2000 });
  else setTimeout(work, 200);
}
