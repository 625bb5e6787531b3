/** The composer: where a question is written and sent. */
import { button, h } from './dom';
import { icon } from './icon';
import type { Strings } from './strings';

const LONGEST_MESSAGE = 4000; // characters, as the service's own default of max_message_chars
const COUNTED_FROM = 3600; // characters from which the visitor sees how many are left

export class Composer {
  readonly element: HTMLElement;
  readonly input: HTMLTextAreaElement;
  readonly #send: HTMLButtonElement;
  readonly #count = h('span', { class: 'count', hidden: true });
  #busy = false;

  constructor(
    private readonly strings: Strings,
    private readonly onAsk: (question: string) => void,
    private readonly onStop: () => void,
    under: (Node | null)[],
  ) {
    this.input = h('textarea', {
      rows: 1,
      maxlength: LONGEST_MESSAGE,
      placeholder: strings.placeholder,
      'aria-label': strings.label,
      'aria-describedby': 'hint',
      enterkeyhint: 'send',
      dir: 'auto',
      oninput: () => this.#onInput(),
      onkeydown: (event: KeyboardEvent) => this.#onKey(event),
    });
    this.#send = button('icon send', () => (this.#busy ? this.onStop() : this.#submit()));
    const hint = h('span', { id: 'hint', class: 'unseen' }, strings.hint);
    this.element = h('div', { class: 'composer' }, h('div', { class: 'box' }, this.input, this.#send), hint, h('div', { class: 'under' }, ...under, this.#count));
    this.setBusy(false);
  }

  /** Turn the button that sends into one that stops, and back. */
  setBusy(busy: boolean): void {
    this.#busy = busy;
    this.#send.setAttribute('aria-label', busy ? this.strings.stop : this.strings.send);
    this.#send.replaceChildren(icon(busy ? 'stop' : 'send'));
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  #submit(): void {
    const { value } = this.input;
    this.input.value = '';
    this.#onInput();
    this.input.focus();
    this.onAsk(value);
  }

  #onInput(): void {
    const { input } = this;
    input.style.height = 'auto';
    input.style.height = `${input.scrollHeight}px`;
    this.#count.hidden = input.value.length < COUNTED_FROM;
    this.#count.textContent = `${input.value.length} / ${LONGEST_MESSAGE}`;
  }
}
