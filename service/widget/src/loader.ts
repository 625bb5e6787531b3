/** widget.js: one script tag puts an assistant on a page. It stores nothing and asks no one but its own service. */
import { chatElement, TAG } from './element';
import { PublicApi } from './publicapi';

declare global {
  /** The names of the chunks, put in by build.mjs. */
  const CHUNKS: Record<'chat' | 'frame' | 'glossary', string>;
}

const script = document.currentScript as HTMLScriptElement | null;

/** Put a launcher on the page, set up by the attributes of its script tag. */
function launch({ dataset }: HTMLScriptElement): void {
  const element = document.createElement(TAG);
  element.setAttribute('mode', 'launcher');
  Object.assign(element.dataset, dataset);
  document.body.append(element);
}

// A second script tag brings no second assistant, unless the page has thrown the first one away.
if (!customElements.get(TAG)) {
  const page = new PublicApi();
  Object.defineProperty(window, 'Glossator', { value: page.facade(), configurable: true });
  customElements.define(TAG, chatElement({ base: script?.src || location.href, page }));
}
if (script?.dataset.siteId && !document.querySelector(`${TAG}[mode="launcher"]`)) {
  if (document.body) launch(script);
  else addEventListener('DOMContentLoaded', () => launch(script), { once: true });
}
