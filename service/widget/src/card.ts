/** The card: the preview of a citation, beside the mark that was chosen. */
import { focusedIn, h } from './dom';

const GAP = 8; // pixels between the mark and the card, and between the card and the edge

export class Card {
  readonly element: HTMLElement;
  #mark: HTMLElement | null = null;
  #dismiss: AbortController | null = null;

  /** `within` is what the card stays within, left and right. */
  constructor(private readonly within: () => HTMLElement) {
    this.element = h('div', { class: 'card', popover: 'manual', role: 'dialog', 'aria-labelledby': 'card-title', tabindex: -1, onkeydown: (event: KeyboardEvent) => this.#onKey(event) });
  }

  /** Open it at a mark; at the same mark again, close it. */
  toggle(mark: HTMLElement, content: () => (Node | string)[]): void {
    const again = mark === this.#mark;
    this.hide();
    if (!again) this.#open(mark, content());
  }

  #open(mark: HTMLElement, content: (Node | string)[]): void {
    this.#mark = mark;
    this.#dismiss = new AbortController();
    const { signal } = this.#dismiss;
    this.element.replaceChildren(...content);
    mark.setAttribute('aria-expanded', 'true');
    this.element.showPopover();
    this.place();
    this.element.focus({ preventScroll: true });
    const outside = (event: Event): void => {
      if (!event.composedPath().some((node) => node === this.element || node === mark)) this.hide();
    };
    document.addEventListener('pointerdown', outside, { signal });
    addEventListener('scroll', () => this.place(), { signal, capture: true, passive: true });
    addEventListener('resize', () => this.place(), { signal });
  }

  /** Close it; where the focus was in it, the focus goes back to the mark. */
  hide(): void {
    if (!this.#mark) return;
    const mark = this.#mark;
    const focused = this.element.matches(':focus-within');
    this.#mark = null;
    this.#dismiss?.abort();
    this.element.hidePopover();
    mark.setAttribute('aria-expanded', 'false');
    if (focused) mark.focus({ preventScroll: true });
  }

  place(): void {
    if (!this.#mark) return;
    const mark = this.#mark.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const below = mark.bottom + GAP + height <= innerHeight;
    const right = Math.min(this.within().getBoundingClientRect().right, innerWidth - GAP);
    const left = Math.min(mark.left - 20, right - width);
    const top = below ? mark.bottom + GAP : mark.top - GAP - height;
    this.element.style.left = `${Math.max(GAP, left)}px`;
    this.element.style.top = `${Math.min(Math.max(GAP, top), innerHeight - height - GAP)}px`;
  }

  #onKey(event: KeyboardEvent): void {
    const stops = [...this.element.querySelectorAll('button, a')];
    const ends: (Element | undefined)[] = event.shiftKey ? [this.element, stops[0]] : [stops.at(-1)];
    const leaves = event.key === 'Tab' && ends.includes(focusedIn(this.element) ?? undefined);
    if (event.key !== 'Escape' && !leaves) return;
    event.preventDefault();
    event.stopPropagation(); // Escape closes the card alone, not the panel around it
    this.hide();
  }
}
