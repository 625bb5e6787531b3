/** The finder: search as you type, over terms and passages. "/" focuses it. */
import { h } from './dom';
import { Failure } from './failure';
import { icon } from './icon';
import { marked } from './quote';
import type { Service } from './service';
import { fill, type Strings } from './strings';
import type { Place, SearchResult, TermItem } from './types';

const WAIT_MS = 150; // after the last key, before the service is asked
const MOST = 5; // of terms, and of passages
const LOOKED_AT = 20; // terms, of which those come first whose own name begins with the query
const SNIPPET = 140; // characters of a passage

interface Choices {
  ask: (question: string) => void;
  show: (place: Place) => void;
}

export class Finder {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #list: HTMLElement;
  #options: HTMLElement[] = [];
  #active = -1;
  #asking: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly service: Service,
    private readonly strings: Strings,
    private readonly choices: Choices,
  ) {
    this.#input = h('input', {
      type: 'text',
      role: 'combobox',
      class: 'find',
      enterkeyhint: 'search',
      autocomplete: 'off',
      spellcheck: 'false',
      maxlength: 200,
      placeholder: strings.search,
      'aria-label': strings.search,
      'aria-autocomplete': 'list',
      'aria-expanded': 'false',
      'aria-controls': 'found',
      oninput: () => this.#onInput(),
      onkeydown: (event: KeyboardEvent) => this.#onKey(event),
      onfocus: () => this.#options.length > 0 && this.#toggle(true),
    });
    this.#list = h('div', { id: 'found', class: 'found', role: 'listbox', 'aria-label': strings.search, hidden: true });
    this.element = h('div', { class: 'finder', role: 'search' }, icon('search'), this.#input, h('kbd', { title: strings.searchHint, 'aria-hidden': 'true' }, '/'), this.#list);
    this.element.addEventListener('focusout', ({ relatedTarget }) => !this.element.contains(relatedTarget as Node | null) && this.#toggle(false));
    document.addEventListener('keydown', (event) => this.#onShortcut(event));
  }

  #onShortcut(event: KeyboardEvent): void {
    const writing = (event.target as HTMLElement).closest('input, textarea, [contenteditable]');
    if (event.key !== '/' || writing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#input.focus();
  }

  #onInput(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    const query = this.#input.value.trim();
    if (query) this.#timer = setTimeout(() => void this.#find(query), WAIT_MS);
    else this.#show([]);
  }

  async #find(query: string): Promise<void> {
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    try {
      const [terms, passages] = await Promise.all([this.service.terms(query, LOOKED_AT, null, signal), this.service.search(query, MOST, signal)]);
      this.#show([
        this.#group(this.strings.termsFound, byName(terms.items, query).map((term) => this.#term(term))),
        this.#group(this.strings.passagesFound, passages.results.map((passage) => this.#passage(passage))),
      ]);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Failure)) throw error;
      this.#show([h('p', { class: 'notice', role: 'alert' }, error.words(this.strings))]);
    }
  }

  #show(groups: (HTMLElement | null)[]): void {
    const shown = groups.filter((group) => group !== null);
    const nothing = this.#input.value.trim() && !shown.length ? [h('p', { class: 'aside', role: 'status' }, this.strings.nothing)] : [];
    this.#list.replaceChildren(...shown, ...nothing);
    this.#options = [...this.#list.querySelectorAll<HTMLElement>('[role="option"]')];
    this.#options.forEach((option, i) => (option.id = `found-${i}`));
    this.#activate(-1);
    this.#toggle(shown.length + nothing.length > 0);
  }

  #group(label: string, options: HTMLElement[]): HTMLElement | null {
    return options.length ? h('div', { role: 'group', 'aria-label': label }, h('p', { class: 'caption', role: 'presentation' }, label), ...options) : null;
  }

  #term({ name, definition }: TermItem): HTMLElement {
    return this.#option(() => this.choices.ask(fill(this.strings.whatIs, name)), h('b', { dir: 'auto' }, name), h('span', { class: 'snippet', dir: 'auto' }, definition));
  }

  #passage(passage: SearchResult): HTMLElement {
    const marks = passage.highlights.map(({ start, end }) => ({ start, end, level: 2 }));
    const snippet = marked(Array.from(passage.text).slice(0, SNIPPET).join(''), marks);
    return this.#option(() => this.choices.show(passage), h('b', { dir: 'auto' }, [passage.title, ...passage.heading].join(' › ')), h('span', { class: 'snippet', dir: 'auto' }, ...snippet));
  }

  #option(choose: () => void, ...content: Node[]): HTMLElement {
    const onclick = (): void => {
      this.#toggle(false);
      this.#input.value = '';
      this.#show([]);
      choose();
    };
    // The field keeps the focus: the option is told by aria-activedescendant.
    return h('div', { role: 'option', 'aria-selected': 'false', class: 'option', onclick, onpointerdown: (event: Event) => event.preventDefault() }, ...content);
  }

  #onKey(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.#options.length) {
      const places = this.#options.length + 1; // one of them is the field itself
      this.#activate(((this.#active + 1 + step + places) % places) - 1);
      this.#toggle(true);
    } else if (event.key === 'Enter' && !event.isComposing) {
      this.#choose();
    } else if (event.key === 'Escape') {
      this.#toggle(false);
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Take the option that is active; where none is, what was typed is the question. */
  #choose(): void {
    const active = this.#options[this.#active];
    const query = this.#input.value.trim();
    if (active) active.click();
    else if (query) {
      clearTimeout(this.#timer);
      this.#asking?.abort();
      this.#input.value = '';
      this.#show([]);
      this.choices.ask(query);
    }
  }

  #activate(index: number): void {
    this.#active = index;
    this.#options.forEach((option, i) => option.setAttribute('aria-selected', String(i === index)));
    const active = this.#options[index];
    if (active) this.#input.setAttribute('aria-activedescendant', active.id);
    else this.#input.removeAttribute('aria-activedescendant');
    active?.scrollIntoView({ block: 'nearest' });
  }

  #toggle(shown: boolean): void {
    this.#list.hidden = !shown;
    this.#input.setAttribute('aria-expanded', String(shown));
  }
}

/** Return the terms to show: first those whose own name begins with the query, then those that an alias has brought. */
function byName(terms: TermItem[], query: string): TermItem[] {
  const begins = ({ name }: TermItem): boolean => name.toLowerCase().startsWith(query.toLowerCase());
  return [...terms.filter(begins), ...terms.filter((term) => !begins(term))].slice(0, MOST);
}
