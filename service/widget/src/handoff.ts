/** A person in the conversation: they are asked for, what they write is shown as it comes, and after a reload what they wrote
 * meanwhile, each once. */
import type { Chat } from './chatview';
import { h } from './dom';
import { Failure } from './failure';
import type { Said } from './keeper';
import { Markdown } from './markdown';
import { serverSentEvents, type ServerEvent } from './sse';
import { fill } from './strings';
import type { HandoffReply, VisitorConversation, VisitorHandoff, VisitorMessage } from './types';

const PAUSE_MS = 2000; // before a broken stream is taken up again; twice as long after each failure
const LONGEST_PAUSE_MS = 60_000;

export class Talk {
  readonly #shown: Set<string>; // by their ids, what the conversation shows already
  #following: AbortController | null = null;
  #disposed = false;

  constructor(
    private readonly chat: Chat,
    readonly conversationId: string,
  ) {
    this.#shown = new Set(chat.said.map(({ id }) => id));
  }

  get #path(): string {
    return `/v1/conversations/${encodeURIComponent(this.conversationId)}`;
  }

  /** Ask for a person, and show what they write from then on. Throws Failure. */
  async ask(reason: string, contact?: string): Promise<void> {
    const response = await this.chat.service.post('/v1/handoffs', { conversation_id: this.conversationId, reason, ...(contact && { contact }) });
    this.#stands({ agent: null, ...((await response.json()) as HandoffReply) });
    void this.follow();
  }

  /** Show what a person writes until they leave, the visitor does, or the conversation is no more. */
  async follow(): Promise<void> {
    if (this.#following || this.#disposed) return;
    const following = (this.#following = new AbortController());
    for (let failures = 0; !following.signal.aborted; failures += 1) {
      const attempt = new AbortController();
      let least = 0;
      try {
        await this.#listen(AbortSignal.any([following.signal, attempt.signal]), () => (failures = -1));
      } catch (error) {
        if (following.signal.aborted) return;
        if (error instanceof Failure && error.kind === 'server' && error.status >= 400 && error.status < 500) return this.#lost();
        if (error instanceof Failure && error.retryAfter) least = error.retryAfter * 1000;
      } finally {
        attempt.abort();
      }
      const pause = Math.min(PAUSE_MS * 2 ** Math.max(failures, 0), LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2); // not all visitors at once
      await new Promise((again) => setTimeout(again, Math.max(pause, least)));
    }
  }

  /** Follow if a person has been called. */
  async look(): Promise<void> {
    try {
      const { handoff }: VisitorConversation = await this.chat.service.get(this.#path);
      if (handoff && !isOver(handoff)) void this.follow();
    } catch (error) {
      if (!(error instanceof Failure)) throw error; // the next answer looks again
    }
  }

  /** Say no more: the chat shows another conversation. */
  dispose(): void {
    this.#disposed = true;
    this.#end();
  }

  #end(): void {
    this.#following?.abort();
    this.#following = null;
  }

  /** First open the stream, then see what came before it: so nothing falls between the two. */
  async #listen(signal: AbortSignal, heard: () => void): Promise<void> {
    const { service } = this.chat;
    const { body } = await service.ok(`${this.#path}/events`, { signal, headers: { Accept: 'text/event-stream' } });
    this.#catchUp(await service.get(this.#path, signal));
    heard();
    for await (const event of serverSentEvents(body!)) this.#take(event);
  }

  #catchUp({ messages, handoff }: VisitorConversation): void {
    const over = handoff && isOver(handoff);
    if (handoff && !over) this.#stands(handoff);
    for (const message of messages) this.#hear(message);
    if (handoff && over) this.#stands(handoff);
  }

  #take({ name, data }: ServerEvent): void {
    if (name === 'message') this.#hear(data as VisitorMessage);
    if (name === 'handoff') this.#stands(data as VisitorHandoff);
  }

  #hear({ role, message_id, created_at, name, text }: VisitorMessage): void {
    if (role === 'agent') this.#show({ id: message_id ?? created_at, name: name ?? null, text });
  }

  /** Show how it stands with a person. */
  #stands(handoff: VisitorHandoff): void {
    const { id, status, agent, offline } = handoff;
    const over = isOver(handoff);
    const key = `${id}:${over ? 'over' : status}`;
    if (this.#disposed || (over && this.#shown.has(key))) return; // an earlier one: another process may know of the latest a moment later
    const present = status === 'active';
    this.chat.attend(!over, present ? (agent ?? this.chat.strings.person) : null);
    this.#show({ id: key, name: agent, state: over ? 'over' : present ? 'active' : offline ? 'away' : 'waiting' });
    if (over) this.#end();
  }

  #lost(): void {
    this.chat.attend(false, null);
    this.#show({ id: `${this.conversationId}:over`, name: null, state: 'over' });
    this.#end();
  }

  #show(said: Said): void {
    if (this.#disposed || this.#shown.has(said.id)) return;
    this.#shown.add(said.id);
    this.chat.hear(said, entry(this.chat, said));
  }
}

const isOver = ({ status }: VisitorHandoff): boolean => status === 'returned' || status === 'closed';

/** Make what the log shows of something that a person said, or of how it stands with them. */
export function entry(chat: Chat, said: Said): HTMLElement {
  const { strings } = chat;
  if (said.state) return h('div', { class: `turn note ${said.state}`, tabindex: -1 }, h('p', { class: 'label', dir: 'auto' }, standing(chat, said)), wayAfter(chat, said.state));
  const label = h('p', { class: 'label' }, h('span', { dir: 'auto' }, said.name || strings.person));
  const text = new Markdown(() => null, strings).render(said.text ?? '');
  return h('div', { class: 'turn person' }, h('div', { class: 'answer', dir: 'auto' }, label, text));
}

/** What is offered where it has been told how it stands with a person. */
function wayAfter(chat: Chat, state: Said['state']): HTMLElement | false {
  if (state === 'away') return chat.brand.features.leads === true && chat.ways(chat.lastQuestion, { leave: true });
  return state === 'over' && chat.afterword();
}

function standing({ strings }: Chat, { state, name }: Said): string {
  if (state === 'waiting') return strings.talkAsked;
  if (state === 'away') return strings.awayKept;
  if (state === 'active') return fill(strings.joined, name || strings.person);
  return name ? fill(strings.left, name) : strings.notCome;
}
