/** The chunk that fills the launcher's panel, or a place on the page, with a chat. */
import { openKey } from './before';
import { Chat } from './chatview';
import { sheet } from './dom';
import { fillRoot } from './fill';
import type { Face, Host } from './host';
import { TabKeeper } from './keeper';
import { newsFor } from './news';
import { Panel } from './panel';
import type { Reader } from './reader';
import { Service } from './service';
import { speech } from './strings';
import chatCss from './style/chat.css';
import panelCss from './style/panel.css';
import tokensCss from './style/tokens.css';

export async function mount(host: Host): Promise<Face> {
  const { toggle, api, site, brand, language, emit } = host;
  const spoken = await speech(brand, language);
  const service = new Service(api, site, brand.sessionRequired);
  let reader: Promise<Reader> | undefined;
  const read = (): Promise<Reader> => {
    reader ??= import('./reader').then(({ Reader, css }) => {
      const made = new Reader(service, spoken.strings);
      host.root.adoptedStyleSheets.push(sheet(css));
      section.append(made.element);
      return made;
    });
    reader.catch(() => (reader = undefined)); // to be tried again
    return reader;
  };
  const news = newsFor(host, spoken.strings, () => panel?.isOpen ?? true);
  const chat = new Chat({ service, brand, speech: spoken, keeper: new TabKeeper(api, site), emit, compact: toggle !== null, news, reader: read });
  const panel = toggle && new Panel(brand.title, spoken.strings, chat.element, toggle, openKey(api, site), emit, news.seen, () => chat.hideCard(), () => chat.startAfresh());
  const section = fillRoot(host, spoken, [tokensCss, panelCss, chatCss], panel?.element ?? chat.element);
  section.hidden = true; // until it is whole, so that nothing moves
  await chat.ready;
  section.hidden = false;
  return {
    open(focus): void {
      panel?.open();
      // On a small screen the keyboard would hide what there is to choose from.
      if (!focus) return;
      if (panel?.covers) panel.heading.focus();
      else chat.focus();
    },
    close: () => panel?.close(),
    ask: (text) => chat.ask(text),
    dispose(): void {
      panel?.close();
      news.dispose();
      chat.dispose();
      section.remove();
    },
  };
}
