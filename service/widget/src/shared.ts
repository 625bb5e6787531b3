/** The page of a shared answer: the question and the answer with its citations, and the way to ask for more. */
import { brandOf } from './brand';
import { Card } from './card';
import { h } from './dom';
import { dress } from './dress';
import { Failure } from './failure';
import { headingPath, pageLink } from './links';
import { Markdown } from './markdown';
import { Service } from './service';
import { findSite } from './site';
import { fill, speech } from './strings';
import sharedCss from './style/shared.css';
import type { Citation } from './types';

async function begin(): Promise<void> {
  const api = new URL('..', location.href).href.replace(/\/+$/, '');
  const token = decodeURIComponent(location.pathname.split('/').at(-1) ?? '');
  try {
    const shared = await new Service(api, 'default').shared(token);
    const { site } = await findSite(api, shared.site_id);
    const brand = brandOf(site, {});
    const spoken = await speech(brand, undefined);
    const { strings } = spoken;
    dress(brand, spoken, sharedCss);
    document.title = `${shared.question} · ${shared.site_title}`;
    const card = new Card(() => answer);
    const citations = shared.citations as unknown as Citation[];
    const preview = ({ title, heading, quote, link }: Citation) => [
      h('p', { class: 'title', id: 'card-title' }, title),
      headingPath({ heading }) ?? '',
      h('blockquote', { dir: 'auto' }, quote),
      h('div', { class: 'actions' }, pageLink(link, strings)),
    ];
    const chip = (number: number): HTMLElement | null => {
      const citation = citations.find((one) => one.number === number);
      const onclick = (event: MouseEvent): void => card.toggle(event.currentTarget as HTMLElement, () => preview(citation!));
      return citation ? h('button', { type: 'button', class: 'chip', 'aria-label': fill(strings.source, number), 'aria-haspopup': 'dialog', 'aria-expanded': 'false', onclick }, number) : null;
    };
    const answer = h('div', { class: 'answer', dir: 'auto' }, new Markdown(chip, strings).render(shared.answer));
    const more = h('a', { class: 'outlined', href: `../?${new URLSearchParams({ site: shared.site_id })}` }, strings.placeholder);
    document.body.replaceChildren(h('main', { class: 'app root shared' }, h('p', { class: 'caption' }, shared.site_title), h('h1', { class: 'question', dir: 'auto' }, shared.question), answer, more, card.element));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    document.body.replaceChildren(h('main', {}, h('h1', {}, error.message)));
  }
}

void begin();
