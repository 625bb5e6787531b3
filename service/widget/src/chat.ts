/** The chunk that fills the launcher's panel, or a place on the page, with a chat. */
import { Chat } from './chatview';
import { fillRoot } from './fill';
import type { Face, Host } from './host';
import { TabKeeper } from './keeper';
import { Panel } from './panel';
import { Reader } from './reader';
import { Service } from './service';
import { speech } from './strings';
import chatCss from './style/chat.css';
import panelCss from './style/panel.css';
import tokensCss from './style/tokens.css';

export async function mount(host: Host): Promise<Face> {
  const { toggle, api, site, brand, language, emit } = host;
  const spoken = await speech(brand, language);
  const service = new Service(api, site, brand.sessionRequired);
  const reader = new Reader(service, spoken.strings);
  const chat = new Chat({ service, brand, speech: spoken, keeper: new TabKeeper(api, site), emit, compact: toggle !== null, show: (place) => reader.show(place) });
  const panel = toggle && new Panel(brand.title, spoken.strings, chat.element, toggle, emit, () => chat.hideCard(), () => chat.startAfresh());
  const section = fillRoot(host, spoken, [tokensCss, panelCss, chatCss], panel?.element ?? chat.element, reader.element);
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
