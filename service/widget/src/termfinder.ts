/** Finds the terms in a page's prose, paints them, and looks again when the page has changed. */
import type { Automaton } from './automaton';
import { sheet } from './dom';
import { prose } from './prose';
import type { TermItem } from './types';

/** A term where it stands on the page. */
export interface Place {
  term: TermItem;
  range: Range;
}

const NAME = 'glossator-term';
const UNDERLINE = `::highlight(${NAME}){text-decoration:underline dotted 1px}`;
const SLICE_MS = 8; // of work, before the page gets its turn
const SETTLE_MS = 1000; // from a change of the page until it is read again

export class TermFinder {
  #scheduled = false;

  constructor(
    private readonly automaton: Automaton,
    private readonly onFound: (places: Place[]) => void,
  ) {}

  /** Look now, and again whenever the page has changed. */
  watch(root: HTMLElement): void {
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet(UNDERLINE)];
    void this.#look(root);
    const again = (): void => {
      if (this.#scheduled) return;
      this.#scheduled = true;
      setTimeout(() => void this.#look(root), SETTLE_MS);
    };
    new MutationObserver(again).observe(root, { childList: true, characterData: true, subtree: true });
  }

  async #look(root: HTMLElement): Promise<void> {
    this.#scheduled = false;
    const places: Place[] = [];
    let seen = new Set<TermItem>();
    const began = performance.now();
    let since = began;
    for (const { text, begins } of prose(root)) {
      if (begins) seen = new Set();
      for (const { term, start, end } of this.automaton.find(text.data)) {
        if (seen.has(term) || !text.parentElement?.checkVisibility({ visibilityProperty: true })) continue;
        seen.add(term);
        places.push({ term, range: rangeOf(text, start, end) });
      }
      if (performance.now() - since < SLICE_MS) continue;
      await breath();
      if (!text.isConnected) return; // the page has changed, and will be read again
      since = performance.now();
    }
    CSS.highlights.set(NAME, new Highlight(...places.map(({ range }) => range)));
    this.onFound(places);
    performance.measure(NAME, { start: began });
  }
}

function rangeOf(text: Text, start: number, end: number): Range {
  const range = document.createRange();
  range.setStart(text, start);
  range.setEnd(text, end);
  return range;
}

const breath = (): Promise<void> => new Promise((done) => setTimeout(done));
