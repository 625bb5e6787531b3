/** Mouse and touch on the terms of a page. They are found by their place on the screen, since no element marks them. */
import { webAddress } from './address';
import { sheet } from './dom';
import type { TermCard } from './termcard';
import type { Place } from './termfinder';

const REST_MS = 120; // that the mouse rests on a term before its card comes
const LINGER_MS = 250; // that the card stays after the mouse has left

export class TermPointer {
  #byText = new Map<Node, Place[]>();
  #over: Place | null = null;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #cursor = sheet(':root{cursor:help}');

  constructor(
    private readonly mode: 'hover' | 'link',
    private readonly card: TermCard,
  ) {
    this.#cursor.disabled = true;
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.#cursor];
    document.addEventListener('pointermove', (event) => this.#onMove(event), { passive: true });
    document.addEventListener('click', (event) => this.#onClick(event));
    document.addEventListener('keydown', ({ key }) => key === 'Escape' && this.card.hide());
    document.addEventListener('scroll', () => this.card.hide(), { capture: true, passive: true });
  }

  set places(places: Place[]) {
    this.#byText = new Map();
    for (const place of places) {
      const text = place.range.startContainer;
      const known = this.#byText.get(text);
      if (known) known.push(place);
      else this.#byText.set(text, [place]);
    }
  }

  /** Show what a term means, or go to its page. */
  choose({ term, range }: Place): void {
    const href = webAddress(term.url);
    if (this.mode === 'link' && href) location.assign(href);
    else this.card.show(term, range);
  }

  #onMove({ pointerType, clientX, clientY }: PointerEvent): void {
    if (pointerType !== 'mouse' || this.#byText.size === 0) return;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      const place = this.#at(clientX, clientY);
      if (place === this.#over) return;
      this.#over = place;
      this.#cursor.disabled = place === null;
      clearTimeout(this.#timer);
      if (place && this.mode === 'hover') this.#timer = setTimeout(() => this.card.show(place.term, place.range), REST_MS);
      else if (!this.card.near(clientX, clientY)) this.#timer = setTimeout(() => this.card.hide(), LINGER_MS);
      else this.card.element.addEventListener('pointerleave', () => this.#over || this.card.hide(), { once: true });
    });
  }

  #onClick(event: MouseEvent): void {
    const own = event.composedPath().includes(this.card.element.getRootNode()); // the card, or the toolbar of terms
    if (own || event.defaultPrevented || !getSelection()?.isCollapsed) return;
    const place = this.#at(event.clientX, event.clientY);
    if (place) this.choose(place);
    else this.card.hide();
  }

  #at(x: number, y: number): Place | null {
    const caret = caretAt(x, y);
    const places = caret && this.#byText.get(caret.node);
    if (!places) return null;
    const within = ({ left, right, top, bottom }: DOMRect): boolean => x >= left && x <= right && y >= top && y <= bottom;
    return places.find(({ range }) => range.startOffset <= caret.offset && caret.offset <= range.endOffset && [...range.getClientRects()].some(within)) ?? null;
  }
}

/** Return the place in a text that a point on the screen lies at. */
function caretAt(x: number, y: number): { node: Node; offset: number } | null {
  if ('caretPositionFromPoint' in document) {
    const caret = document.caretPositionFromPoint(x, y);
    return caret && { node: caret.offsetNode, offset: caret.offset };
  }
  const range = (document as Document & { caretRangeFromPoint(x: number, y: number): Range | null }).caretRangeFromPoint(x, y); // Safari
  return range && { node: range.startContainer, offset: range.startOffset };
}
