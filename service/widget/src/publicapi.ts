/** window.Glossator: what the page around may do, and what it is told. */
import type { Emit, EventName, Events } from './events';

/** What window.Glossator acts upon. */
export interface Assistant {
  open(): void;
  close(): void;
  ask(text: string): void;
}

type Listener = (detail: unknown) => void;

export class PublicApi {
  readonly #listeners: Record<EventName, Set<Listener>> = { open: new Set(), close: new Set(), question: new Set(), answer: new Set() };
  #waiting: ((assistant: Assistant) => void)[] = []; // what the page wanted before there was an assistant
  #assistant: Assistant | null = null;

  /** Tell the page. */
  readonly emit: Emit = <N extends EventName>(name: N, detail?: Events[N]) => {
    // Each in its own task, so that what fails in a page's listener fails there and not in here.
    for (const listener of this.#listeners[name]) queueMicrotask(() => listener(detail));
  };

  register(assistant: Assistant): void {
    this.#assistant ??= assistant;
    for (const act of this.#waiting.splice(0)) act(this.#assistant);
  }

  forget(assistant: Assistant): void {
    if (this.#assistant === assistant) this.#assistant = null;
  }

  /** The object that pages see. */
  facade(): Readonly<Record<'open' | 'close' | 'ask' | 'on', unknown>> {
    const withAssistant = (act: (assistant: Assistant) => void): void => {
      if (this.#assistant) act(this.#assistant);
      else this.#waiting.push(act);
    };
    return Object.freeze({
      open: () => withAssistant((assistant) => assistant.open()),
      close: () => withAssistant((assistant) => assistant.close()),
      ask: (text: unknown) => withAssistant((assistant) => assistant.ask(String(text))),
      /** Call `listener` on each "open", "close", "question" {text} and "answer" (as /v1/chat's). Returns what ends it. */
      on: (name: EventName, listener: Listener) => {
        const found = this.#listeners[name];
        if (!found) throw new TypeError(`Glossator has no event "${name}"; it has ${Object.keys(this.#listeners).join(', ')}.`);
        found.add(listener);
        return () => found.delete(listener);
      },
    });
  }
}
