/** The chunk that fills the launcher's panel, or a place on the page, with a chat. */
import { Chat } from './chatview';
import { h, sheet } from './dom';
import type { Face, Host } from './host';
import { TabKeeper } from './keeper';
import { Panel } from './panel';
import { Reader } from './reader';
import { Service } from './service';
import { speech } from './strings';
import chatCss from './style/chat.css';
import panelCss from './style/panel.css';
import tokensCss from './style/tokens.css';

const SHEETS = [tokensCss, panelCss, chatCss].map(sheet);

export async function mount({ root, sheets, toggle, api, site, brand, language, emit }: Host): Promise<Face> {
  const spoken = await speech(brand, language);
  const service = new Service(api, site);
  const reader = new Reader(service, spoken.strings);
  const chat = new Chat({ service, brand, speech: spoken, keeper: new TabKeeper(api, site), emit, compact: toggle !== null, show: (place) => reader.show(place) });
  const panel = toggle && new Panel(brand.title, spoken.strings, chat.element, toggle, emit, () => chat.hideCard(), () => chat.startAfresh());
  const kind = toggle ? `launcher ${brand.position}` : 'inline';
  root.adoptedStyleSheets = [...sheets, ...SHEETS];
  const section = h('section', { class: `root ${kind}`, lang: spoken.language, dir: spoken.direction, 'aria-label': brand.title }, panel?.element ?? chat.element, reader.element);
  root.append(section);
  return {
    open(focus): void {
      panel?.open();
      // On a small screen the keyboard would hide what there is to choose from.
      if (focus) (panel?.covers ? panel.heading : chat.composer.input).focus();
    },
    close: () => panel?.close(),
    ask: (text) => chat.ask(text),
    dispose(): void {
      panel?.close();
      chat.dispose();
      section.remove();
    },
  };
}
