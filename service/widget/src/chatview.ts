/** The chat: questions and answers in a log, with a composer. The panel, a place on a page and the full page hold one. */
import type { Brand } from './brand';
import { Card } from './card';
import { Composer } from './composer';
import { button, caption, h, list, unseen } from './dom';
import type { Emit } from './events';
import { Failure } from './failure';
import { icon } from './icon';
import { MOST_TURNS, read, tab, type Keeper, type Kept, type Said } from './keeper';
import { headingPath, pageLink } from './links';
import type { People } from './people';
import { marked, supportingMarks } from './quote';
import type { Service } from './service';
import { fill, type Speech, type Strings } from './strings';
import { Turn } from './turn';
import type { Answer, Citation, Place } from './types';
import { whyButton } from './whybutton';

const SLOW_MS = 6000;
const MOST_STARTERS = 4;

/** What those around a chat are told of a person in it. */
export interface News {
  /** Whether one is called or there. */
  live(is: boolean): void;
  /** One has written. */
  arrived(): void;
}

/** What a chat is set up with. */
export interface Setting {
  service: Service;
  brand: Brand;
  speech: Speech;
  keeper: Keeper;
  emit: Emit;
  /** Whether it stands in a panel, where space is short and the field stays at the bottom. */
  compact: boolean;
  /** Returns what shows a page with a stretch of it marked; it is loaded when it is used. */
  reader: () => Promise<{ show(place: Place): void }>;
  news?: News;
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
  /** Settled when what was kept is shown as a whole. */
  readonly ready: Promise<void>;
  readonly #status = h('p', { class: 'unseen', role: 'status' });
  readonly #offer = h('div', { class: 'offer' });
  #turns: Turn[] = [];
  #conversation: string | null = null;
  #running: AbortController | null = null;
  #people: Promise<People | null> | null = null;
  #live = false;
  #waiting = ''; // a question that is asked once the form before it is done with

  constructor(private readonly setting: Setting) {
    ({ service: this.service, brand: this.brand } = setting);
    ({ strings: this.strings, direction: this.direction } = setting.speech);
    this.log = h('div', { class: 'log', role: 'log', 'aria-label': this.strings.log, tabindex: setting.compact ? 0 : null });
    this.#card = new Card(() => this.log);
    const fresh = setting.compact ? null : button('quiet fresh', () => this.startAfresh(), icon('fresh'), this.strings.fresh);
    this.composer = new Composer(this.strings, (question) => this.ask(question), () => this.stop(), [fresh, this.#privacy()]);
    this.element = h('div', { class: 'chat' }, ...this.#parts(), this.#card.element, this.#status);
    this.ready = this.#restore(setting.keeper.load());
  }

  /** Ask a question; one that is still being answered is stopped. */
  ask(text: string): void {
    const question = text.trim();
    if (!question) return;
    if (this.#gated) {
      this.#waiting = question;
      return;
    }
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
    const ended = this.#turns.length ? this.#conversation : null;
    this.setting.keeper.forget();
    if (this.#live) this.setting.news?.live(false);
    this.switchTo(null);
    this.focus();
    if (ended) void this.#offerForm('after', ended);
  }

  focus(): void {
    ((this.#gated && this.#offer.querySelector('input')) || this.composer.input).focus();
  }

  /** Show another conversation, or an empty one. */
  switchTo(kept: Kept | null): void {
    this.dispose();
    this.#turns = [];
    this.#conversation = null;
    this.log.replaceChildren();
    this.element.classList.remove('started');
    this.#offer.replaceChildren();
    void this.#restore(kept);
  }

  /** Let go of what would go on by itself. */
  dispose(): void {
    this.stop();
    void this.#people?.then((people) => people?.leave());
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
    const { strings } = this;
    const show = async (): Promise<void> => {
      const reader = await this.setting.reader().catch(() => null);
      if (!reader) return shower.replaceWith(h('span', { role: 'alert' }, strings.pageFailed)); // offline, perhaps
      this.hideCard();
      reader.show(place);
    };
    const shower = button('quiet', show, strings.show);
    return h('div', { class: 'actions' }, shower, pageLink(place.link, strings));
  }

  questions(questions: string[]): HTMLElement {
    return list('questions', questions.map((text) => button('ask', () => this.ask(text), h('span', { dir: 'auto' }, text), icon('next'))));
  }

  // People

  get conversation(): string | null {
    return this.#conversation;
  }

  get lastQuestion(): string {
    return this.#turns.at(-1)?.question ?? '';
  }

  /** What people said in this conversation. */
  get said(): Said[] {
    return this.#turns.flatMap(({ said }) => said);
  }

  /** Offer ways to the people behind the site: a message, a talk. */
  ways(question: string, { leave, talk, above }: { leave: boolean; talk?: boolean | undefined; above?: string | false }): HTMLElement {
    const { strings } = this;
    const place = h('div', { class: 'form-place' });
    const leaving = leave && button('outlined', () => this.#meet(place, (people) => people.leaveMessage(place, question)), icon('mail'), strings.leaveMessage);
    const talking = talk && button('outlined talk', () => this.#meet(place, (people) => people.talk(place, question)), icon('person'), strings.talk);
    return h('div', { class: 'group' }, above && h('p', { class: 'aside above' }, above), h('div', { class: 'ways' }, leaving, talking), place);
  }

  /** The site's form, where it is to be offered at the end of a conversation and was not yet. */
  afterword(): HTMLElement | false {
    return this.#isDue('after') && this.ways('', { leave: true });
  }

  /** Show and keep what a person said, or how it stands with them. */
  hear(said: Said, element: HTMLElement): void {
    this.#turns.at(-1)?.said.push(said);
    this.#addToLog(element);
    this.#save();
    if (said.text) this.setting.news?.arrived();
  }

  /** Know whether a person is called or there, and the name of the one who is there. */
  attend(live: boolean, name: string | null): void {
    this.composer.input.placeholder = name ? fill(this.strings.writeTo, name) : this.strings.placeholder;
    if (this.#live === live) return;
    this.#live = live;
    this.element.classList.toggle('with-person', live);
    this.setting.news?.live(live);
    this.#save();
  }

  /** Do something that needs the part for people; where it cannot be loaded, do without. */
  async #with(act: (people: People) => unknown, otherwise?: () => void): Promise<void> {
    this.#people ??= import('./people').then(
      ({ People }) => new People(this),
      () => (this.#people = null), // offline, perhaps; to be tried again
    );
    const people = await this.#people;
    if (people) await act(people);
    else otherwise?.();
  }

  #meet(place: HTMLElement, act: (people: People) => unknown): void {
    void this.#with(act, () => place.replaceChildren(h('p', { class: 'notice', role: 'alert' }, this.strings.failed)));
  }

  // The form for an address, at the time that the site has chosen for it

  /** Where the tab keeps that the visitor was asked. */
  get leadKey(): string {
    return `glossator:lead:${this.service.api}:${this.service.site}`;
  }

  #isDue(when: string): boolean {
    return this.brand.features.leads === true && this.brand.leadForm?.when === when && read(tab, this.leadKey) === null;
  }

  /** Whether the form comes before everything else. */
  get #gated(): boolean {
    return this.element.matches('.gated:not(.started)');
  }

  async #offerForm(when: 'before' | 'after', conversationId: string | null = null): Promise<void> {
    if (!this.#isDue(when)) return;
    this.element.classList.add('offering');
    this.element.classList.toggle('gated', when === 'before');
    // Where it cannot be loaded, visitors rather ask without it than not at all.
    await this.#with((people) => people.offer(this.#offer, when, conversationId), () => this.goOn());
  }

  /** Go on after the form: with the question that waits for that, or with the field for one. */
  goOn(): void {
    const gated = this.#gated;
    this.element.classList.remove('offering', 'gated');
    const question = this.#waiting;
    this.#waiting = '';
    if (question) this.ask(question);
    if (gated) this.composer.input.focus();
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
    if (answer.outcome === 'handed_off') void this.#with((people) => people.follow());
    else if (this.brand.personByRule) void this.#with((people) => people.look());
    this.#save();
    this.setting.emit('answer', answer);
  }

  #save(): void {
    const turns: Kept['turns'] = [];
    for (const { question, answer, said } of this.#turns) {
      if (answer) turns.push({ question, answer, said: [...said] });
      else turns.at(-1)?.said?.push(...said); // what was not answered is not kept
    }
    this.setting.keeper.save({ conversation_id: this.#conversation, turns: turns.slice(-MOST_TURNS), live: this.#live });
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

  /** Put something under what stands in the log, and into the room that is left for it there. */
  #addToLog(element: HTMLElement): void {
    const last = this.log.lastElementChild as HTMLElement | null;
    const room = last?.offsetHeight ?? 0;
    if (last) last.style.minHeight = '';
    this.log.append(element);
    element.style.minHeight = `${Math.max(room - (last?.offsetHeight ?? 0), 0)}px`;
    element.scrollIntoView({ block: 'nearest' });
  }

  async #restore(kept: Kept | null): Promise<void> {
    const turns = this.#turns;
    for (const { question, answer, said = [] } of kept?.turns ?? []) {
      const turn = this.#append(question);
      turn.finish(answer);
      turn.said = said;
    }
    this.#conversation = kept?.conversation_id ?? null;
    this.#live = kept?.live ?? false;
    this.element.classList.toggle('with-person', this.#live);
    this.composer.input.placeholder = this.strings.placeholder;
    if (!turns.length) return this.#offerForm('before');
    if (!this.#live && !turns.some(({ said }) => said.length)) return;
    await this.#with((people) => {
      if (turns === this.#turns) people.recall(turns, this.#live);
    });
  }

  // What it is made of

  #parts(): (Node | false)[] {
    const { brand, strings } = this;
    const starters = brand.starters.slice(0, MOST_STARTERS);
    const logo = brand.logo && h('img', { class: 'logo', src: brand.logo, alt: '', onerror: (event: Event) => (event.currentTarget as HTMLElement).remove() });
    const intro = h('div', { class: 'intro' }, logo, h('p', { class: 'greeting', dir: 'auto' }, brand.greeting ?? strings.greeting));
    const beginning = starters.length > 0 && h('div', { class: 'starters' }, caption(strings.starters), this.questions(starters));
    // A page invites with the field in its middle; in a panel the field stays where the hand expects it.
    const field = this.composer.element;
    return this.setting.compact ? [intro, this.#offer, beginning, this.log, field] : [intro, this.#offer, this.log, field, beginning];
  }

  #privacy(): HTMLElement | null {
    const { privacyUrl } = this.brand;
    return privacyUrl === null ? null : h('a', { class: 'quiet', href: privacyUrl, target: '_blank', rel: 'noopener' }, this.strings.privacy);
  }
}

