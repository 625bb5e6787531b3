/** What is kept of conversations: in this tab for the widget, in this browser for the full page; nothing before the first
 * answer. */
import type { Answer } from './types';

/** What a person wrote, or how it stands with them. */
export interface Said {
  id: string;
  name: string | null;
  text?: string;
  state?: 'waiting' | 'away' | 'active' | 'over';
}

export interface Kept {
  conversation_id: string | null;
  /** Each question with its answer, and with what a person said after it. */
  turns: { question: string; answer: Answer; said?: Said[] }[];
  /** Whether a person is called or there. */
  live?: boolean;
}

/** Keeps the conversation that goes on. */
export interface Keeper {
  load(): Kept | null;
  save(kept: Kept): void;
  forget(): void;
}

export const MOST_TURNS = 20;

/** Read a value that this widget kept; null where there is none, or where the browser forbids to keep any. */
export function read<T>(kept: () => Storage, key: string): T | null {
  try {
    return JSON.parse(kept().getItem(key) ?? 'null') as T | null;
  } catch {
    return null;
  }
}

/** Keep a value. Where storage is full or forbidden, the visitor misses no more than the transcript after a reload. */
export function write(kept: () => Storage, key: string, value: unknown): void {
  try {
    if (value === null) kept().removeItem(key);
    else kept().setItem(key, JSON.stringify(value));
  } catch {
    // as above
  }
}

export const tab = (): Storage => sessionStorage;

/** Keeps one conversation for as long as the tab is open. */
export class TabKeeper implements Keeper {
  readonly #key: string;

  constructor(api: string, site: string) {
    this.#key = `glossator:${api}:${site}`;
  }

  load(): Kept | null {
    return read(tab, this.#key);
  }

  save(kept: Kept): void {
    write(tab, this.#key, kept);
  }

  forget(): void {
    write(tab, this.#key, null);
  }
}
