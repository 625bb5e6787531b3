/** The people behind the site: talks with them, messages for them, and the form at the time that the site has chosen for it. */
import type { Chat } from './chatview';
import { h, sheet } from './dom';
import { Failure } from './failure';
import { entry, Talk } from './handoff';
import { tab, write } from './keeper';
import { contactForm, leadForm } from './lead';
import peopleCss from './style/people.css';
import type { Turn } from './turn';

const LOOK_MS = 2000;

export class People {
  #talk: Talk | null = null;

  constructor(private readonly chat: Chat) {
    const root = chat.element.getRootNode();
    (root instanceof ShadowRoot ? root : document).adoptedStyleSheets.push(sheet(peopleCss));
  }

  /** Show again what was said in a conversation, and go on where a person is called or there. */
  recall(turns: Turn[], live: boolean): void {
    for (const { element, said } of turns) element.after(...said.map((one) => entry(this.chat, one)));
    if (live) void this.follow();
  }

  async follow(): Promise<void> {
    await this.#current()?.follow();
  }

  /** Go on where a rule of the site has called a person, which all processes of the service know a moment later. */
  async look(): Promise<void> {
    await new Promise((later) => setTimeout(later, LOOK_MS));
    await this.#current()?.look();
  }

  /** Leave the conversation: the chat shows another one. */
  leave(): void {
    this.#talk?.dispose();
    this.#talk = null;
  }

  /** Put a form into a place: the site's own, or where it takes no addresses the wish for a person with a way to reach the visitor. */
  leaveMessage(place: HTMLElement, question: string): void {
    const { chat } = this;
    const done = (sent: boolean): void => {
      if (sent) this.#asked();
    };
    if (chat.brand.features.leads) leadForm(chat, place, { question, conversationId: chat.conversation, cancel: chat.strings.cancel, done });
    else contactForm(chat, place, question, (reason, contact) => this.#call(reason, contact), () => this.#called(place));
    place.querySelector('input')?.focus();
  }

  /** Ask for a person; where that fails, `place` says why. */
  async talk(place: HTMLElement, question: string): Promise<void> {
    const { strings } = this.chat;
    try {
      await this.#call(question);
      this.#called(place);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      place.replaceChildren(h('p', { class: 'notice', role: 'alert' }, error.kind === 'server' && !error.detail ? strings.failed : error.words(strings)));
    }
  }

  /** Offer the form before the first question, or after the last one of a conversation. */
  offer(place: HTMLElement, when: 'before' | 'after', conversationId: string | null): void {
    const { chat } = this;
    const { strings } = chat;
    const before = when === 'before';
    const required = chat.brand.leadForm?.required ?? [];
    leadForm(chat, place, {
      conversationId,
      intro: before ? strings.contact : strings.after,
      cancel: before && required.length ? null : strings.skip,
      without: before && !required.includes('message') ? ['message'] : [], // the visitor is about to write
      ...(before && { thanks: strings.thanks }),
      done: () => {
        this.#asked();
        chat.goOn();
      },
    });
    if (before) return;
    this.#asked();
    chat.say(strings.after);
  }

  /** Remember that the visitor was asked for an address, so as not to ask again in this tab. */
  #asked(): void {
    write(tab, this.chat.leadKey, true);
  }

  async #call(reason: string, contact?: string): Promise<void> {
    await this.#current()?.ask(reason, contact);
  }

  /** Go on at what tells that a person was called; the button that did it is gone. */
  #called(place: HTMLElement): void {
    place.replaceChildren();
    (this.chat.log.lastElementChild as HTMLElement).focus();
  }

  /** The talk of the conversation that is shown. */
  #current(): Talk | null {
    const { conversation } = this.chat;
    if (this.#talk?.conversationId !== conversation) this.leave(); // the one before has expired
    this.#talk ??= conversation ? new Talk(this.chat, conversation) : null;
    return this.#talk;
  }
}
