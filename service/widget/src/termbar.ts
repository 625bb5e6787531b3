/** The terms of a page by keyboard: one stop of the Tab key at the page's end, arrows from term to term. */
import { button, h, sheet } from './dom';
import type { Place } from './termfinder';

const NAME = 'glossator-current';
const CURRENT = `::highlight(${NAME}){background-color:Highlight;color:HighlightText}`;

export class TermBar {
  readonly element: HTMLElement;
  readonly #bar: HTMLElement;
  #waiting: Place[] | null = null; // found while the bar was in use

  constructor(
    label: string,
    private readonly onChoose: (place: Place) => void,
    private readonly onLeave: () => void,
  ) {
    this.#bar = h('div', { role: 'toolbar', 'aria-label': label, onkeydown: (event: KeyboardEvent) => this.#onKey(event) });
    this.element = h('section', { class: 'term-bar', 'aria-label': label }, this.#bar);
    this.element.addEventListener('focusout', () => this.#unmark());
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet(CURRENT)];
  }

  set places(places: Place[]) {
    if (this.element.matches(':focus-within')) {
      this.#waiting = places;
      return;
    }
    this.#bar.replaceChildren(...places.map((place, i) => this.#button(place, i)));
  }

  #button(place: Place, index: number): HTMLElement {
    const made = button('term', () => this.onChoose(place), place.term.name);
    made.tabIndex = index === 0 ? 0 : -1;
    made.addEventListener('focus', () => this.#mark(place));
    return made;
  }

  #mark({ range }: Place): void {
    CSS.highlights.set(NAME, new Highlight(range));
    range.startContainer.parentElement?.scrollIntoView({ block: 'nearest', behavior: 'instant' });
  }

  #unmark(): void {
    CSS.highlights.delete(NAME);
    queueMicrotask(() => {
      if (this.element.matches(':focus-within') || !this.#waiting) return;
      this.places = this.#waiting;
      this.#waiting = null;
    });
  }

  #onKey(event: KeyboardEvent): void {
    const buttons = [...this.element.querySelectorAll('button')];
    const at = buttons.findIndex((one) => one.matches(':focus'));
    const forward = getComputedStyle(this.element).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? buttons.length - 1 : event.key.startsWith('Arrow') ? at + (event.key === forward || event.key === 'ArrowDown' ? 1 : -1) : null;
    if (event.key === 'Escape') this.onLeave();
    const next = to === null ? undefined : buttons[(to + buttons.length) % buttons.length];
    if (!next) return;
    event.preventDefault();
    this.onLeave();
    for (const one of buttons) one.tabIndex = one === next ? 0 : -1;
    next.focus();
  }
}
