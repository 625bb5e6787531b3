/** A person joins the conversation: they are asked for, and what they write is shown as it comes. */
import type { Chat } from './chatview';
import { h } from './dom';
import { Failure } from './failure';
import { Markdown } from './markdown';

const AGAIN_MS = 3000; // before a broken stream is taken up again

interface Message {
  message_id?: string;
  role?: string;
  text?: string;
  content?: string;
  name?: string | null;
}

/** Ask for a person; return whether one will come. */
export async function askForPerson(chat: Chat, place: HTMLElement, reason: string, conversationId: string): Promise<boolean> {
  const { strings, service } = chat;
  try {
    await service.askForPerson(conversationId, reason);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    place.replaceChildren(h('p', { class: 'notice', role: 'alert' }, error.detail ? error.words(strings) : strings.failed));
    return false;
  }
  place.replaceChildren(h('p', { class: 'label', role: 'status' }, strings.talkAsked));
  return true;
}

/** Show what a person writes, until `signal` ends that. */
export async function follow(chat: Chat, conversationId: string, signal: AbortSignal): Promise<void> {
  const shown = new Set<string>();
  while (!signal.aborted) {
    try {
      for await (const { name, data } of chat.service.events(conversationId, signal)) {
        const message = data as Message;
        if (name !== 'message' || message.role === 'user' || message.role === 'assistant') continue;
        if (message.message_id && shown.has(message.message_id)) continue;
        if (message.message_id) shown.add(message.message_id);
        show(chat, message);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Failure && error.kind === 'server') return; // the conversation is over, or not ours
    }
    await new Promise((again) => setTimeout(again, AGAIN_MS));
  }
}

function show(chat: Chat, { text, content, name }: Message): void {
  const said = new Markdown(() => null, chat.strings).render(text ?? content ?? '');
  const label = h('p', { class: 'label' }, name || chat.strings.person);
  chat.log.append(h('div', { class: 'turn person' }, h('div', { class: 'answer', dir: 'auto' }, label, said)));
  chat.log.lastElementChild?.scrollIntoView({ block: 'nearest' });
}
