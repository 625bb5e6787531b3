/** The automaton: all names of all terms in one trie of words, which a text is read through once.
 *
 * A name matches where its words stand one after another with nothing but spaces or hyphens between, in any case; abbreviations
 * ("RAG", "IT") only as they are written. Of names that begin at the same word, the longest counts.
 */
import type { TermItem } from './types';

/** A name that was found; offsets are the string's own. */
export interface Spotted {
  term: TermItem;
  start: number;
  end: number;
}

interface Node {
  next: Map<string, Node>;
  /** The terms whose name ends here: as it is written, or in any case. */
  exact: Map<string, TermItem>;
  folded: TermItem | null;
}

// A Han character is a word of its own, since nothing parts the words there.
const WORD = /\p{Script=Han}|[[\p{L}\p{M}\p{N}]--\p{Script=Han}]+/gv;
const BETWEEN = /^[\s\u00ad\u2010-\u2013-]{0,3}$/;
const ABBREVIATION = /\p{Lu}.*\p{Lu}/u;
const LONGEST_ABBREVIATION = 6; // characters; longer names in capitals are read as names
const SHORTEST = 2; // characters of a name

const node = (): Node => ({ next: new Map(), exact: new Map(), folded: null });
const fold = (word: string): string => word.toLowerCase();

export class Automaton {
  readonly #root = node();

  constructor(terms: Iterable<TermItem>) {
    for (const term of terms) for (const name of [term.name, ...term.aliases]) this.#add(name, term);
  }

  #add(name: string, term: TermItem): void {
    const words = name.match(WORD);
    if (!words || name.length < SHORTEST) return;
    let at = this.#root;
    for (const word of words.map(fold)) {
      let next = at.next.get(word);
      if (!next) at.next.set(word, (next = node()));
      at = next;
    }
    if (words.length === 1 && name.length <= LONGEST_ABBREVIATION && ABBREVIATION.test(name)) at.exact.set(name, at.exact.get(name) ?? term);
    else at.folded ??= term;
  }

  /** Yield the names in a text, from left to right, without overlaps. */
  *find(text: string): Generator<Spotted> {
    for (let first = wordAt(text, 0); first; ) {
      const found = this.#longest(text, first);
      if (found) yield found;
      first = wordAt(text, found?.end ?? ended(first));
    }
  }

  #longest(text: string, first: RegExpExecArray): Spotted | null {
    let found: Spotted | null = null;
    let at = step(this.#root, fold(first[0]));
    for (let last = first; at; ) {
      const end = ended(last);
      const term = at.exact.get(text.slice(first.index, end)) ?? at.folded;
      if (term) found = { term, start: first.index, end };
      const word = at.next.size ? wordAt(text, end) : null;
      if (!word || !BETWEEN.test(text.slice(end, word.index))) break;
      at = step(at, fold(word[0]));
      last = word;
    }
    return found;
  }
}

function wordAt(text: string, index: number): RegExpExecArray | null {
  WORD.lastIndex = index;
  return WORD.exec(text);
}

/** Go on by a word, or by what it is the plural of in English. */
function step(at: Node, word: string): Node | undefined {
  return at.next.get(word) ?? (word.length > 3 && word.endsWith('s') ? at.next.get(word.slice(0, -1)) : undefined);
}

const ended = (match: RegExpExecArray): number => match.index + match[0].length;
