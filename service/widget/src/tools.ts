/** What a visitor does with an answer: copy it, share it, say whether it helped. */
import { webAddress } from './address';
import type { Chat } from './chatview';
import { button, h, present } from './dom';
import { Failure } from './failure';
import { icon, iconButton } from './icon';
import { plainText } from './markdown';
import type { Answer } from './types';

const SHOWN_MS = 2000; // how long a button says what it has done

export class Tools {
  readonly element: HTMLElement;
  readonly #comment = h('div', { class: 'comment' });

  constructor(
    private readonly chat: Chat,
    private readonly answer: Answer,
  ) {
    const { features } = chat.brand;
    const row = h('div', { class: 'tools' }, this.#copy(), features.share && this.#share(), ...(features.feedback ? this.#thumbs() : []));
    this.element = h('div', { class: 'toolbox' }, row, this.#comment);
  }

  #copy(): HTMLElement | null {
    if (!navigator.clipboard) return null; // pages without TLS have none
    const { strings } = this.chat;
    return this.#button('copy', strings.copy, async (label) => {
      const copied = await copy(plainAnswer(this.answer));
      this.#tell(label, copied ? strings.copied : strings.copyFailed, strings.copy);
    });
  }

  #share(): HTMLElement {
    const { strings, service } = this.chat;
    return this.#button('share', strings.share, async (label) => {
      const url = await this.#attempt(service.share(this.answer.message_id));
      if (url === null) return;
      if (await copy(url)) this.#tell(label, strings.shared, strings.share);
      else this.#comment.replaceChildren(h('a', { class: 'quiet', href: webAddress(url), target: '_blank', rel: 'noopener' }, strings.shareLink));
    });
  }

  #button(name: 'copy' | 'share', text: string, act: (label: HTMLElement) => Promise<void>): HTMLElement {
    const label = h('span', {}, text);
    return button('quiet', () => act(label), icon(name), label);
  }

  #tell(label: HTMLElement, said: string, usual: string): void {
    this.chat.say(said);
    label.textContent = said;
    setTimeout(() => (label.textContent = usual), SHOWN_MS);
  }

  #thumbs(): HTMLElement[] {
    const { strings } = this.chat;
    const made = ([['up', 'up', strings.helpful], ['down', 'downvote', strings.unhelpful]] as const).map(([rating, name, label]) => {
      const thumb = iconButton('thumb', label, name, () => void rate(rating, thumb));
      thumb.setAttribute('aria-pressed', 'false');
      return thumb;
    });
    const rate = async (rating: 'up' | 'down', chosen: HTMLElement): Promise<void> => {
      if ((await this.#attempt(this.chat.service.feedback(this.answer.message_id, rating).then(() => true))) === null) return;
      for (const thumb of made) thumb.setAttribute('aria-pressed', String(thumb === chosen));
      this.#askWhy(rating);
    };
    return made;
  }

  #askWhy(rating: 'up' | 'down'): void {
    const { strings, service } = this.chat;
    const text = h('textarea', { rows: 2, maxlength: 2000, 'aria-label': strings.comment, placeholder: strings.comment, dir: 'auto' });
    const send = async (event: Event): Promise<void> => {
      event.preventDefault();
      const comment = text.value.trim();
      if (comment && (await this.#attempt(service.feedback(this.answer.message_id, rating, comment).then(() => true))) === null) return;
      this.#comment.replaceChildren(...present([h('p', { class: 'aside', role: 'status' }, strings.thanks), this.chat.afterword()]));
    };
    const thanks = h('p', { class: 'aside', role: 'status' }, strings.thanks);
    const form = h('form', { class: 'form', onsubmit: send }, text, h('button', { class: 'outlined' }, strings.submit));
    this.#comment.replaceChildren(...present([thanks, form, this.chat.afterword()]));
  }

  /** Wait for a request; where it fails, say so and return null. */
  async #attempt<T>(request: Promise<T>): Promise<T | null> {
    try {
      return await request;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#comment.replaceChildren(h('p', { class: 'notice', role: 'alert' }, error.kind === 'server' ? this.chat.strings.failed : error.words(this.chat.strings)));
      return null;
    }
  }
}

const copy = (text: string): Promise<boolean> => navigator.clipboard?.writeText(text).then(() => true, () => false) ?? Promise.resolve(false);

/** The answer as it is copied: plain text, with what its marks refer to. */
function plainAnswer({ answer, citations }: Answer): string {
  const cited = citations.map(({ number, title, heading, url }) => `[${number}] ${[title, ...heading].join(' › ')}${webAddress(url) ? `, ${url}` : ''}`);
  return [plainText(answer), cited.join('\n')].filter(Boolean).join('\n\n');
}
