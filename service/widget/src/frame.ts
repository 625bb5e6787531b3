/** The chunk for pages that are not trusted with what visitors write: our own page in an iframe.
 *
 * Both sides check whom a message comes from. The frame is told what to ask, and tells what happened.
 */
import { openKey } from './before';
import { h } from './dom';
import { fillRoot } from './fill';
import type { Face, FrameMessage, Host } from './host';
import { newsFor } from './news';
import { Panel } from './panel';
import { speech } from './strings';
import frameCss from './style/frame.css';
import panelCss from './style/panel.css';
import tokensCss from './style/tokens.css';

export async function mount(host: Host): Promise<Face> {
  const { toggle, api, site, brand, language, emit } = host;
  const spoken = await speech(brand, language);
  const origin = new URL(api).origin;
  const src = `${api}/frame/${encodeURIComponent(site)}?${new URLSearchParams({ language: spoken.language, theme: brand.theme })}`;
  const frame = h('iframe', { class: 'frame', src, title: brand.title, referrerpolicy: 'origin', allow: 'clipboard-write' });
  const news = newsFor(host, spoken.strings, () => panel?.isOpen ?? true);
  const panel = toggle && new Panel(brand.title, spoken.strings, frame, toggle, openKey(api, site), emit, news.seen, () => undefined);
  const asked: string[] = []; // before the frame is ready

  const post = (text: string): void => frame.contentWindow?.postMessage({ glossator: 'ask', text }, origin);
  let ready = false;
  const listening = new AbortController();
  const onMessage = ({ source, origin: from, data }: MessageEvent<FrameMessage>): void => {
    if (source !== frame.contentWindow || from !== origin) return;
    if (data.glossator === 'ready') {
      ready = true;
      for (const text of asked.splice(0)) post(text);
    } else if (data.glossator === 'close') {
      panel?.close();
    } else if (data.glossator === 'live') {
      news.live(data.detail === true);
    } else if (data.glossator === 'arrived') {
      news.arrived();
    } else if (data.glossator === 'question' || data.glossator === 'answer') {
      emit(data.glossator, data.detail);
    }
  };
  addEventListener('message', onMessage, { signal: listening.signal });

  const section = fillRoot(host, spoken, [tokensCss, panelCss, frameCss], panel?.element ?? frame);
  return {
    open(focus): void {
      panel?.open();
      if (focus) frame.focus();
    },
    close: () => panel?.close(),
    ask(text): void {
      if (ready) post(text);
      else asked.push(text);
    },
    dispose(): void {
      panel?.close();
      news.dispose();
      listening.abort();
      section.remove();
    },
  };
}
