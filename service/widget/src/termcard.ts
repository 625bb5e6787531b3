/** The card of a term on the page around: its definition, a link to it, and the way to ask about it. */
import { webAddress } from './address';
import { button, h } from './dom';
import type { Strings } from './strings';
import type { TermItem } from './types';

const GAP = 6; // pixels between the term and its card
const EDGE = 8; // and between the card and the edge of the window

export class TermCard {
  readonly element: HTMLElement;
  #from: HTMLElement | null = null; // what had the focus before the card took it

  constructor(
    private readonly strings: Strings,
    private readonly ask: (term: TermItem) => void,
  ) {
    this.element = h('div', { class: 'term-card', popover: 'manual', role: 'dialog', 'aria-labelledby': 'term-name', tabindex: -1 });
  }

  get isOpen(): boolean {
    return this.element.matches(':popover-open');
  }

  /** Show a term beside where it stands. */
  show(term: TermItem, range: Range): void {
    const { strings } = this;
    const href = webAddress(term.url);
    const asking = button('quiet', () => {
      this.hide();
      this.ask(term);
    }, strings.askAbout);
    const reading = href && h('a', { class: 'quiet', href }, strings.more);
    this.element.replaceChildren(
      h('p', { class: 'name', id: 'term-name', dir: 'auto' }, term.name),
      h('p', { class: 'definition', dir: 'auto' }, term.definition),
      h('div', { class: 'actions' }, asking, reading),
    );
    if (!this.isOpen) this.element.showPopover();
    this.#place(range);
  }

  /** Take the focus, if the card is open, until it is hidden. */
  focus(): void {
    if (!this.isOpen) return;
    const { activeElement } = this.element.getRootNode() as ShadowRoot;
    this.#from = activeElement instanceof HTMLElement ? activeElement : null;
    this.element.focus({ preventScroll: true });
  }

  hide(): void {
    if (!this.isOpen) return;
    const hadFocus = this.element.matches(':focus-within');
    this.element.hidePopover();
    if (hadFocus) this.#from?.focus({ preventScroll: true });
  }

  /** Whether a point lies on the card, or on the way to it. */
  near(x: number, y: number): boolean {
    const { left, right, top, bottom } = this.element.getBoundingClientRect();
    return x >= left - GAP && x <= right + GAP && y >= top - 2 * GAP && y <= bottom + 2 * GAP;
  }

  #place(range: Range): void {
    const at = range.getClientRects()[0] ?? range.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const fitsBelow = at.bottom + GAP + height <= innerHeight - EDGE;
    const top = fitsBelow ? at.bottom + GAP : at.top - GAP - height;
    this.element.style.left = `${Math.max(EDGE, Math.min(at.left, innerWidth - width - EDGE))}px`;
    this.element.style.top = `${Math.max(EDGE, top)}px`;
  }
}
