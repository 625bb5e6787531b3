/** The page in a frame: a chat, and messages to the page around it. */
import { brandOf } from './brand';
import { Chat } from './chatview';
import { h } from './dom';
import { dress } from './dress';
import { TabKeeper } from './keeper';
import { css as readerCss, Reader } from './reader';
import { Service } from './service';
import { findSite } from './site';
import { speech } from './strings';
import framedCss from './style/framed.css';

const site = decodeURIComponent(location.pathname.split('/').at(-1) ?? '');
const api = new URL('..', location.href).href.replace(/\/+$/, '');
// Only pages that the site allows may frame this one (frame-ancestors), and the referrer says which of them it is.
const around = document.referrer ? new URL(document.referrer).origin : null;

const tell = (glossator: string, detail?: unknown): void => {
  if (around) parent.postMessage({ glossator, detail }, around);
};

async function begin(): Promise<void> {
  const asked = new URLSearchParams(location.search);
  const { site: found } = await findSite(api, site);
  const brand = brandOf(found, { language: asked.get('language') ?? undefined, theme: asked.get('theme') ?? undefined });
  const spoken = await speech(brand, undefined);
  dress(brand, spoken, readerCss, framedCss);
  const service = new Service(api, site, brand.sessionRequired);
  const reader = new Reader(service, spoken.strings);
  const news = { live: (is: boolean) => tell('live', is), arrived: () => tell('arrived') };
  const chat = new Chat({ service, brand, speech: spoken, keeper: new TabKeeper(api, site), emit: tell, compact: true, news, reader: () => Promise.resolve(reader) });
  document.body.append(h('main', { class: 'app root launcher', 'aria-label': brand.title }, chat.element, reader.element));
  addEventListener('message', ({ source, origin, data }: MessageEvent<{ glossator?: string; text?: unknown }>) => {
    if (source === parent && origin === around && data.glossator === 'ask' && typeof data.text === 'string') chat.ask(data.text);
  });
  addEventListener('keydown', ({ key }) => key === 'Escape' && tell('close'));
  tell('ready');
}

void begin();
