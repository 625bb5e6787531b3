/** The full page: conversations, chat, search and source, composed of the widget's own parts. */
import { brandOf, type Brand } from './brand';
import { Chat } from './chatview';
import { Conversations } from './conversations';
import { button, h } from './dom';
import { dress } from './dress';
import { Finder } from './finder';
import { icon } from './icon';
import { Service } from './service';
import { Sidebar } from './sidebar';
import { findSite } from './site';
import { SourcePanel } from './sourcepanel';
import { speech, type Speech } from './strings';
import heatmapCss from './style/heatmap.css';
import readerCss from './style/reader.css';

async function begin(): Promise<void> {
  const asked = new URLSearchParams(location.search);
  const site = asked.get('site') ?? 'default';
  const api = new URL('.', location.href).href.replace(/\/+$/, '');
  const { site: found } = await findSite(api, site);
  const brand = brandOf(found, { language: asked.get('language') ?? undefined });
  const spoken = await speech(brand, undefined);
  dress(brand, spoken, readerCss, heatmapCss);
  const service = new Service(api, site, brand.sessionRequired);
  const conversations = new Conversations(api, site);
  const source = new SourcePanel(service, spoken.strings, brand.features.alignment ?? false);
  const chat = new Chat({
    service,
    brand: { ...brand, logo: null }, // it stands at the top of the page
    speech: spoken,
    keeper: conversations,
    emit: () => undefined,
    compact: false,
    news: { live: () => undefined, arrived: () => countOnTab(brand.title) },
    reader: () => Promise.resolve({ show: (place) => source.show(place, document.activeElement as HTMLElement) }),
    beside: (citation, turn, mark) => source.cite(citation, turn, mark),
  });
  const sidebar = new Sidebar(conversations, chat, spoken.strings);
  const finder = new Finder(service, spoken.strings, { ask: (question) => chat.ask(question), show: (place) => source.show(place) });
  await chat.ready;
  document.body.replaceChildren(app(brand, spoken, chat, sidebar, finder, source));
  const question = asked.get('q');
  if (question) chat.ask(question);
  document.addEventListener('visibilitychange', () => {
    missed = 0;
    document.title = brand.title;
  });
  addEventListener('beforeprint', () => document.querySelectorAll('details').forEach((details) => (details.open = true)));
}

/** Count on the browser's tab what a person writes while another one is looked at. */
function countOnTab(title: string): void {
  if (!document.hidden) return;
  missed += 1;
  document.title = `(${missed}) ${title}`;
}

let missed = 0;

function app({ title, logo }: Brand, { strings }: Speech, chat: Chat, sidebar: Sidebar, finder: Finder, source: SourcePanel): HTMLElement {
  const menu = button('icon narrow-only', () => sidebar.element.togglePopover(), icon('list'));
  menu.setAttribute('aria-label', strings.conversations);
  const picture = h('img', { src: logo ?? 'assets/icon.svg', alt: '', width: 28, height: 28, onerror: (event: Event) => (event.currentTarget as HTMLElement).remove() });
  const header = h('header', { class: 'top' }, menu, h('div', { class: 'name' }, picture, h('h1', {}, title)), finder.element);
  const column = h('div', { class: 'column' }, h('main', {}, chat.element), h('footer', {}, strings.footer));
  return h('div', { class: 'app root inline' }, header, sidebar.element, column, source.element);
}

void begin();
