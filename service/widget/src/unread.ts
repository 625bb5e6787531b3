/** What a person wrote while the panel was closed: counted on the launcher's button until it is looked at. */
import { h } from './dom';
import { read, tab, write } from './keeper';
import { fill, type Strings } from './strings';

const MOST_SHOWN = 9;

export class Unread {
  readonly #status = h('p', { class: 'unseen', role: 'status' });
  #count: number;
  #live: boolean;

  /** `key` is where the tab keeps it, for the pages that the visitor goes on to. */
  constructor(
    private readonly toggle: HTMLElement,
    root: ShadowRoot,
    private readonly title: string,
    private readonly strings: Strings,
    private readonly key: string,
  ) {
    const kept = read<number>(tab, key);
    this.#live = kept !== null;
    this.#count = Number(kept);
    root.append(this.#status); // outside the panel, which says nothing while it is closed
    this.#show();
  }

  dispose(): void {
    this.#status.remove();
  }

  /** Keep whether a person is called or there. */
  live(is: boolean): void {
    this.#live = is;
    this.#keep();
  }

  arrived(): void {
    this.#count += 1;
    this.#keep();
    this.#show();
  }

  seen(): void {
    if (!this.#count) return;
    this.#count = 0;
    this.#keep();
    this.#show();
  }

  #keep(): void {
    write(tab, this.key, this.#live || this.#count ? this.#count : null);
  }

  #show(): void {
    const count = this.#count;
    const said = count ? fill(this.strings.unread, count) : '';
    this.#status.textContent = said;
    this.toggle.setAttribute('aria-label', said ? `${this.title}. ${said}` : this.title);
    this.toggle.toggleAttribute('data-unread', count > 0);
    if (count) this.toggle.dataset.unread = count > MOST_SHOWN ? `${MOST_SHOWN}+` : String(count);
  }
}
