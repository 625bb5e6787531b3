/** The source beside the answer: quote, heat map and the page's text; over the chat where the screen is small. */
import { h } from './dom';
import { iconButton } from './icon';
import { headingPath, pageLink } from './links';
import { PageText } from './pageview';
import type { Service } from './service';
import { fill, type Strings } from './strings';
import type { Turn } from './turn';
import type { Citation, Place } from './types';
import { whyButton } from './whybutton';

const BESIDE = '(min-width: 1180px)'; // as in page.css

export class SourcePanel {
  readonly element: HTMLDialogElement;
  readonly #title = h('h2', { id: 'source-title', tabindex: -1, dir: 'auto' });
  readonly #about = h('div', { class: 'about' });
  readonly #text: PageText;
  #from: HTMLElement | null = null;

  constructor(
    private readonly service: Service,
    private readonly strings: Strings,
    private readonly alignment: boolean,
  ) {
    this.#text = new PageText(service, strings);
    const bar = h('div', { class: 'bar' }, this.#title, iconButton('', strings.close, 'close', () => this.close()));
    this.element = h('dialog', { class: 'beside', 'aria-labelledby': 'source-title' }, bar, this.#about, this.#text.element);
    this.element.addEventListener('keydown', (event) => event.key === 'Escape' && this.close());
    this.element.addEventListener('close', () => this.#onClose());
  }

  /** Show a stretch of a page. */
  show(place: Place, from: HTMLElement | null = null): void {
    this.#open(place, from);
    this.#about.replaceChildren(...this.#head(place));
  }

  /** Show a citation of a turn; `mark` is what it was chosen by. */
  cite(citation: Citation, turn: Turn, mark: HTMLElement): void {
    this.#open(citation, mark);
    const explanation = h('div', {});
    const explain = async (): Promise<void> => {
      const { explainedFully } = await import('./why');
      const { quote, map } = await explainedFully(this.service, citation, turn.answer!, this.strings);
      explanation.replaceChildren(h('blockquote', { dir: 'auto' }, ...quote), map);
    };
    const why = this.alignment && turn.answer ? whyButton(this.strings, explain) : null;
    this.#about.replaceChildren(h('p', { class: 'caption' }, fill(this.strings.source, citation.number)), ...this.#head(citation, why), explanation);
  }

  close(): void {
    this.element.close();
  }

  #head(place: Place, ...more: (Node | null)[]): Node[] {
    const actions = h('div', { class: 'actions' }, ...more, pageLink(place.link, this.strings));
    return [headingPath(place), actions].filter((node) => node !== null);
  }

  #open(place: Place, from: HTMLElement | null): void {
    if (this.element.open) this.#onClose();
    this.#from = from;
    this.#title.textContent = place.title;
    from?.setAttribute('aria-expanded', 'true');
    if (!this.element.open) {
      const { scrollY } = window;
      document.body.classList.add('with-source');
      if (matchMedia(BESIDE).matches) this.element.show();
      else this.element.showModal();
      scrollTo({ top: scrollY, behavior: 'instant' }); // to show a dialog is to focus it, which scrolls
    }
    this.#title.focus({ preventScroll: true });
    void this.#text.show(place);
  }

  #onClose(): void {
    this.#from?.setAttribute('aria-expanded', 'false');
    if (this.element.open) return; // another source takes its place
    document.body.classList.remove('with-source');
    this.#from?.focus({ preventScroll: true });
    this.#from = null;
  }
}
