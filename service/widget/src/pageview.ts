/** A page's text as it is loaded and shown, scrolled to a quote. */
import { h } from './dom';
import { Failure } from './failure';
import { pageLines } from './pagetext';
import type { Service } from './service';
import type { Strings } from './strings';
import type { Place } from './types';

export class PageText {
  readonly element: HTMLElement;
  #place: Place | null = null;

  constructor(
    private readonly service: Service,
    private readonly strings: Strings,
  ) {
    this.element = h('div', { class: 'text', tabindex: 0, role: 'region', 'aria-label': strings.text });
  }

  async show(place: Place): Promise<void> {
    this.#place = place;
    this.element.replaceChildren(h('p', { role: 'status' }, this.strings.loading));
    try {
      const page = await this.service.page(place);
      if (this.#place !== place) return;
      this.element.replaceChildren(...pageLines(page, place));
      this.#scrollTo(this.element.querySelector('mark'));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.element.replaceChildren(h('p', { class: 'notice', role: 'alert' }, error.detail ? error.words(this.strings) : this.strings.pageFailed));
    }
  }

  /** Bring a quote into the upper half; scrollIntoView would move the page around as well. */
  #scrollTo(quote: Element | null): void {
    const { top, height } = this.element.getBoundingClientRect();
    this.element.scrollTop = quote ? this.element.scrollTop + quote.getBoundingClientRect().top - top - height / 4 : 0;
  }
}
