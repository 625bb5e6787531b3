/** The chat: questions and answers in a log, with a composer. The panel, a place on a page and the full page hold one. */
import type { Brand } from './brand';
import { Card } from './card';
import { Composer } from './composer';
import { button, caption, h, list, unseen } from './dom';
import type { Emit } from './events';
import { Failure } from './failure';
import { askForPerson, follow } from './handoff';
import { icon } from './icon';
import { MOST_TURNS, type Keeper, type Kept } from './keeper';
import { leadForm } from './lead';
import { headingPath, pageLink } from './links';
import { marked, supportingMarks } from './quote';
import type { Service } from './service';
import type { Speech, Strings } from './strings';
import { Turn } from './turn';
import type { Answer, Citation, Place } from './types';
import { whyButton } from './whybutton';

const SLOW_MS = 6000;
const MOST_STARTERS = 4;

/** What a chat is set up with. */
export interface Setting {
  service: Service;
  brand: Brand;
  speech: Speech;
  keeper: Keeper;
  emit: Emit;
  /** Whether it stands in a panel, where space is short and the field stays at the bottom. */
  compact: boolean;
  /** Shows a page with a stretch of it marked. */
  show: (place: Place) => void;
  /** Shows a citation beside the answer instead of in a card. */
  beside?: (citation: Citation, turn: Turn, mark: HTMLElement) => void;
}

export class Chat {
  readonly element: HTMLElement;
  readonly log: HTMLElement;
  readonly composer: Composer;
  readonly service: Service;
  readonly brand: Brand;
  readonly strings: Strings;
  readonly direction: 'ltr' | 'rtl';
  readonly #card: Card;
  readonly #status = h('p', { class: 'unseen', role: 'status' });
  #turns: Turn[] = [];
  #conversation: string | null = null;
  #running: AbortController | null = null;
  #listening: AbortController | null = null;

  constructor(private readonly setting: Setting) {
    ({ service: this.service, brand: this.brand } = setting);
    ({ strings: this.strings, direction: this.direction } = setting.speech);
    this.log = h('div', { class: 'log', role: 'log', 'aria-label': this.strings.log, tabindex: setting.compact ? 0 : null });
    this.#card = new Card(() => this.log);
    const fresh = setting.compact ? null : button('quiet fresh', () => this.startAfresh(), icon('fresh'), this.strings.fresh);
    this.composer = new Composer(this.strings, (question) => this.ask(question), () => this.stop(), [fresh, this.#privacy()]);
    this.element = h('div', { class: 'chat' }, ...this.#parts(), this.#card.element, this.#status);
    this.#restore(setting.keeper.load());
  }

  /** Ask a question; one that is still being answered is stopped. */
  ask(text: string): void {
    const question = text.trim();
    if (!question) return;
    const inside = this.element.matches(':focus-within') && !this.composer.input.matches(':focus');
    const turn = this.#append(question);
    this.#makeRoom(turn);
    // What was chosen may be gone now, so reading goes on at the question.
    if (inside) turn.element.focus({ preventScroll: true });
    this.setting.emit('question', { text: question });
    void this.#answer(turn);
  }

  retry(turn: Turn): void {
    turn.element.focus({ preventScroll: true });
    void this.#answer(turn);
  }

  stop(): void {
    this.#running?.abort();
  }

  startAfresh(): void {
    this.setting.keeper.forget();
    this.switchTo(null);
    this.composer.input.focus();
  }

  /** Show another conversation, or an empty one. */
  switchTo(kept: Kept | null): void {
    this.dispose();
    this.#turns = [];
    this.#conversation = null;
    this.log.replaceChildren();
    this.element.classList.remove('started');
    this.#restore(kept);
  }

  /** Let go of what would go on by itself. */
  dispose(): void {
    this.stop();
    this.#listening?.abort();
    this.#listening = null;
    this.hideCard();
    for (const turn of this.#turns) turn.dispose();
  }

  hideCard(): void {
    this.#card.hide();
  }

  /** Tell screen readers what others see. */
  say(text: string): void {
    this.#status.textContent = text;
  }

  // Citations

  /** Show what a mark refers to. */
  cite(citation: Citation, turn: Turn, mark: HTMLElement): void {
    if (this.setting.beside) this.setting.beside(citation, turn, mark);
    else this.#card.toggle(mark, () => this.#preview(citation, turn, mark));
  }

  #preview(citation: Citation, turn: Turn, mark: HTMLElement): (Node | string)[] {
    const quote = h('blockquote', { dir: 'auto' }, ...marked(citation.quote, supportingMarks(citation, turn.answer?.sources ?? [])));
    const title = h('p', { class: 'title', id: 'card-title' }, unseen(`${mark.getAttribute('aria-label')}: `), citation.title);
    const actions = this.actions(citation);
    const { answer } = turn;
    const explain = async (): Promise<void> => {
      const { explained } = await import('./why');
      quote.replaceChildren(...(await explained(this.service, citation, answer!, this.strings)));
      this.#card.place();
    };
    if (this.brand.features.alignment && answer) actions.append(whyButton(this.strings, explain));
    return [title, headingPath(citation) ?? '', quote, actions];
  }

  /** What leads from a citation or source to its page. */
  actions(place: Place): HTMLElement {
    const show = (): void => {
      this.hideCard();
      this.setting.show(place);
    };
    return h('div', { class: 'actions' }, button('quiet', show, this.strings.show), pageLink(place.link, this.strings));
  }

  questions(questions: string[]): HTMLElement {
    return list('questions', questions.map((text) => button('ask', () => this.ask(text), h('span', { dir: 'auto' }, text), icon('next'))));
  }

  // People

  leaveMessage(place: HTMLElement, question: string): void {
    leadForm(this, place, question, this.#conversation);
  }

  /** Ask for a person, and show what they write from then on. */
  async talk(place: HTMLElement, question: string): Promise<void> {
    const asked = this.#conversation;
    if (asked && (await askForPerson(this, place, question, asked))) this.#listen(asked);
  }

  #listen(conversationId: string): void {
    this.#listening?.abort();
    this.#listening = new AbortController();
    void follow(this, conversationId, this.#listening.signal);
  }

  // The way of a question

  async #answer(turn: Turn): Promise<void> {
    this.stop();
    const running = (this.#running = new AbortController());
    this.composer.setBusy(true);
    this.say(this.strings.searching);
    turn.wait();
    let slow: ReturnType<typeof setTimeout> | undefined;
    const watch = (): void => {
      clearTimeout(slow);
      slow = setTimeout(() => this.#slow(turn), SLOW_MS);
    };
    try {
      watch();
      for await (const event of this.service.chat(turn.question, this.#conversation, running.signal)) {
        running.signal.throwIfAborted();
        watch();
        if (event.name === 'done') return this.#finish(turn, event.data);
        if (event.name === 'error') throw new Failure('server', event.data);
        if (event.name === 'delta') turn.markdown += event.data.text;
        if (event.name === 'citation') turn.citations.push(event.data);
        if (event.name === 'delta' || event.name === 'citation') turn.stream();
      }
    } catch (error) {
      if (running.signal.aborted) return turn.stopped();
      turn.fail(error instanceof Failure ? error : new Failure('server'));
      if (!(error instanceof Failure)) throw error;
    } finally {
      clearTimeout(slow);
      if (this.#running === running) {
        this.#running = null;
        this.composer.setBusy(false);
      }
    }
  }

  #slow(turn: Turn): void {
    turn.slow();
    this.say(this.strings.slow);
  }

  #finish(turn: Turn, answer: Answer): void {
    turn.finish(answer);
    this.say('');
    this.#conversation = answer.conversation_id;
    const answered = this.#turns.flatMap(({ question, answer: given }) => (given ? [{ question, answer: given }] : []));
    // Where a rule of the site has called a person, their words come the same way.
    if (answer.outcome === 'handed_off' && !this.#listening) this.#listen(answer.conversation_id);
    this.setting.keeper.save({ conversation_id: this.#conversation, turns: answered.slice(-MOST_TURNS) });
    this.setting.emit('answer', answer);
  }

  #append(question: string): Turn {
    const turn = new Turn(this, question);
    this.#turns.push(turn);
    this.log.append(turn.element);
    this.element.classList.add('started');
    return turn;
  }

  /** Bring a new question to the top and leave room for its answer, so that nothing moves while it is read. */
  #makeRoom(turn: Turn): void {
    const before = turn.element.previousElementSibling as HTMLElement | null;
    if (before) {
      before.style.minHeight = '';
      turn.element.style.minHeight = `${Math.min(this.log.clientHeight, innerHeight - this.composer.element.offsetHeight)}px`;
    }
    turn.element.scrollIntoView({ block: 'start' });
  }

  #restore(kept: Kept | null): void {
    for (const { question, answer } of kept?.turns ?? []) this.#append(question).finish(answer);
    this.#conversation = kept?.conversation_id ?? null;
  }

  // What it is made of

  #parts(): (Node | false)[] {
    const { brand, strings } = this;
    const starters = brand.starters.slice(0, MOST_STARTERS);
    const logo = brand.logo && h('img', { class: 'logo', src: brand.logo, alt: '', onerror: (event: Event) => (event.currentTarget as HTMLElement).remove() });
    const intro = h('div', { class: 'intro' }, logo, h('p', { class: 'greeting', dir: 'auto' }, brand.greeting ?? strings.greeting));
    const beginning = starters.length > 0 && h('div', { class: 'starters' }, caption(strings.starters), this.questions(starters));
    // A page invites with the field in its middle; in a panel the field stays where the hand expects it.
    return this.setting.compact ? [intro, beginning, this.log, this.composer.element] : [intro, this.log, this.composer.element, beginning];
  }

  #privacy(): HTMLElement | null {
    const { privacyUrl } = this.brand;
    return privacyUrl === null ? null : h('a', { class: 'quiet', href: privacyUrl, target: '_blank', rel: 'noopener' }, this.strings.privacy);
  }
}

