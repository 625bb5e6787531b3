/** The conversations that this browser keeps, on the full page; none before the first answer. */
import { read, tab, write, type Keeper, type Kept } from './keeper';

export interface Conversation {
  id: string;
  title: string;
  kept: Kept;
}

const MOST = 30; // conversations, the oldest leave first
const browser = (): Storage => localStorage;

/** Keeps all conversations; "change" is dispatched when the list has become another. */
export class Conversations extends EventTarget implements Keeper {
  readonly #key: string;
  #current: string | null;

  constructor(api: string, site: string) {
    super();
    this.#key = `glossator:conversations:${api}:${site}`;
    this.#current = read(tab, this.#key);
  }

  get current(): string | null {
    return this.#current;
  }

  /** All of them, the latest first. */
  all(): Conversation[] {
    return read<Conversation[]>(browser, this.#key) ?? [];
  }

  load(): Kept | null {
    return this.all().find(({ id }) => id === this.#current)?.kept ?? null;
  }

  save(kept: Kept): void {
    const id = this.#current ?? crypto.randomUUID?.() ?? String(Date.now()); // pages without TLS have no randomUUID
    const before = this.all().find((one) => one.id === id);
    const title = before?.title ?? kept.turns[0]?.question ?? '';
    this.#keep([{ id, title, kept }, ...this.all().filter((one) => one.id !== id)].slice(0, MOST));
    this.#choose(id);
  }

  /** Begin another conversation; this one stays in the list. */
  forget(): void {
    this.#choose(null);
  }

  pick(id: string): Kept | null {
    this.#choose(id);
    return this.load();
  }

  remove(id: string): void {
    this.#keep(this.all().filter((one) => one.id !== id));
    this.#choose(this.#current === id ? null : this.#current);
  }

  #keep(all: Conversation[]): void {
    write(browser, this.#key, all.length ? all : null);
  }

  #choose(id: string | null): void {
    this.#current = id;
    write(tab, this.#key, id);
    this.dispatchEvent(new Event('change'));
  }
}
