/** The reader: a page's text with a quote marked in it, in a dialog. */
import { h } from './dom';
import { iconButton } from './icon';
import { pageLink } from './links';
import { PageText } from './pageview';
import type { Service } from './service';
import type { Strings } from './strings';
import readerCss from './style/reader.css';
import type { Place } from './types';

/** What the reader looks like. */
export const css: string = readerCss;

export class Reader {
  readonly element: HTMLDialogElement;
  readonly #heading = h('h2', { id: 'reader-title' });
  readonly #link = h('div', { class: 'actions' });
  readonly #text: PageText;

  constructor(
    service: Service,
    private readonly strings: Strings,
  ) {
    this.#text = new PageText(service, strings);
    const close = iconButton('', strings.close, 'close', () => this.element.close());
    this.element = h('dialog', { class: 'reader', 'aria-labelledby': 'reader-title' }, h('div', { class: 'bar' }, this.#heading, this.#link, close), this.#text.element);
    this.element.addEventListener('click', (event) => event.target === this.element && this.element.close());
  }

  /** Show the page of a citation or source, and its `start` to `end`. */
  show(place: Place): void {
    this.#heading.textContent = place.title;
    this.#link.replaceChildren(pageLink(place.link, this.strings) ?? '');
    this.element.showModal();
    this.#text.element.focus();
    void this.#text.show(place);
  }
}
