/** A turn: one question with its answer, as they stand in the log. */
import type { Chat } from './chatview';
import { button, caption, h, list, unseen } from './dom';
import { sentence, type Failure } from './failure';
import { icon } from './icon';
import type { Said } from './keeper';
import { headingPath } from './links';
import { Markdown } from './markdown';
import { fill } from './strings';
import { Tools } from './tools';
import type { Answer, Citation, SearchResult } from './types';

const LONG_QUESTION = 140; // characters, from which a question is not set as a heading

export class Turn {
  readonly element: HTMLElement;
  markdown = '';
  citations: Citation[] = [];
  answer: Answer | null = null;
  said: Said[] = []; // by a person, after it
  readonly #body = h('div', { class: 'body' });
  readonly #extras = h('div', { class: 'extras', 'aria-live': 'off' }); // the answer is announced, what is under it is not
  readonly #working = h('p', { class: 'working' });
  #frame = 0;
  #countdown: ReturnType<typeof setInterval> | undefined;

  constructor(
    readonly chat: Chat,
    readonly question: string,
  ) {
    const kind = question.length > LONG_QUESTION ? 'question long' : 'question';
    const said = unseen(`${chat.strings.asked} `);
    said.dir = chat.direction; // and so it does not say which way the question is written
    const asked = h('p', { class: kind, dir: 'auto' }, said, question);
    this.element = h('div', { class: 'turn', tabindex: -1 }, asked, this.#body, this.#extras);
  }

  /** Show that work is under way. */
  wait(): void {
    clearInterval(this.#countdown);
    this.markdown = '';
    this.citations = [];
    this.#working.textContent = this.chat.strings.searching;
    this.#extras.replaceChildren();
    this.#show(h('div', { 'aria-hidden': 'true' }, this.#working));
  }

  /** Show what has come so far. It is hidden from screen readers, which get the finished answer in one piece. */
  stream(): void {
    this.#frame ||= requestAnimationFrame(() => {
      const chip = (number: number): HTMLElement => h('span', { class: 'chip' }, number);
      this.#show(h('div', { class: 'answer', dir: 'auto', 'aria-hidden': 'true' }, this.#rendered(chip)));
    });
  }

  slow(): void {
    this.#working.textContent = this.chat.strings.slow;
    this.#body.lastElementChild?.append(this.#working);
  }

  finish(answer: Answer): void {
    Object.assign(this, { answer, markdown: answer.answer, citations: answer.citations });
    const label = this.#label(answer);
    this.element.dataset.outcome = answer.outcome;
    this.#show(h('div', { class: 'answer', dir: 'auto' }, label && h('p', { class: 'label' }, label), this.#rendered((number) => this.#chip(number))));
    this.#extras.replaceChildren(...this.#underAnswer(answer));
  }

  stopped(): void {
    this.#breakOff(h('p', { class: 'aside' }, this.chat.strings.stopped), this.chat.strings.again);
  }

  fail(failure: Failure): void {
    const retry = this.#breakOff(h('p', { class: 'notice', role: 'alert' }, failure.words(this.chat.strings)), this.chat.strings.retry);
    if (failure.retryAfter) this.#countDown(retry, failure.retryAfter);
  }

  /** Let go of what would go on by itself. */
  dispose(): void {
    clearInterval(this.#countdown);
    cancelAnimationFrame(this.#frame);
  }

  #label({ outcome }: Answer): string | null {
    const { closest, refused, handedOff } = this.chat.strings;
    const labels: Record<string, string> = { closest, refused, handed_off: handedOff };
    return labels[outcome] ?? null;
  }

  /** Keep what has come, say why it is not all, and offer another attempt. */
  #breakOff(notice: HTMLElement, label: string): HTMLButtonElement {
    const part = this.markdown && h('div', { class: 'answer part', dir: 'auto' }, this.#rendered((number) => this.#chip(number)));
    const retry = button('outlined', () => this.chat.retry(this), label);
    this.#show(...(part ? [part, notice] : [notice]));
    this.#extras.replaceChildren(retry);
    return retry;
  }

  #countDown(retry: HTMLButtonElement, seconds: number): void {
    const { strings } = this.chat;
    const until = Date.now() + seconds * 1000;
    const tick = (): void => {
      const left = Math.ceil((until - Date.now()) / 1000);
      retry.disabled = left > 0;
      retry.textContent = left > 0 ? fill(strings.retryIn, left) : strings.retry;
      if (left <= 0) clearInterval(this.#countdown);
    };
    clearInterval(this.#countdown);
    this.#countdown = setInterval(tick, 1000);
    tick();
  }

  #show(...nodes: Node[]): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#body.replaceChildren(...nodes);
  }

  #rendered(makeChip: (number: number) => HTMLElement): DocumentFragment {
    const known = new Set(this.citations.map(({ number }) => number));
    return new Markdown((number) => (known.has(number) ? makeChip(number) : null), this.chat.strings).render(this.markdown);
  }

  #chip(number: number): HTMLElement {
    const citation = this.citations.find((one) => one.number === number)!;
    const label = fill(this.chat.strings.source, number);
    const onclick = (event: MouseEvent): void => this.chat.cite(citation, this, event.currentTarget as HTMLElement);
    return h('button', { type: 'button', class: 'chip', 'aria-label': label, 'aria-haspopup': 'dialog', 'aria-expanded': 'false', onclick }, number);
  }

  #underAnswer(answer: Answer): Node[] {
    const { strings } = this.chat;
    const { outcome, refusal_reason: reason, sources, related_terms, suggestions, unsupported } = answer;
    const refused = outcome === 'refused';
    const terms = related_terms.map(({ name, definition }) => ({ name, definition, question: fill(strings.whatIs, name) }));
    const others = suggestions.filter((text) => !terms.some(({ question }) => question === text));
    const shown: (Node | false | null)[] = [
      Boolean(reason) && h('p', { class: 'aside' }, sentence(reason!)),
      unsupported.length > 0 && h('div', { class: 'group aside' }, caption(strings.unsupported), list('plain', unsupported)),
      (outcome === 'answered' || outcome === 'closest' || refused) && new Tools(this.chat, answer).element,
      // What was found for a refused question does not answer it, so it is not shown as a source.
      sources.length > 0 && !refused && this.#sources(sources),
      (refused || outcome === 'closest') && this.#waysOn(outcome),
      terms.length > 0 && h('div', { class: 'group' }, caption(refused ? strings.nearest : strings.related), this.#terms(terms)),
      others.length > 0 && h('div', { class: 'group next' }, outcome !== 'clarify' && caption(strings.next), this.chat.questions(others)),
      outcome === 'conversation' && this.#waysOn(outcome),
    ];
    return shown.filter((node): node is Node => node instanceof Node);
  }

  #sources(sources: SearchResult[]): HTMLElement {
    const about = (source: SearchResult): HTMLElement => h('div', {}, h('p', { class: 'title' }, source.title), headingPath(source), this.chat.actions(source));
    return h('details', {}, h('summary', {}, icon('down'), fill(this.chat.strings.sources, sources.length)), list('sources', sources.map(about)));
  }

  /** Offer a person where the site has one: at once where somebody is there, else by message. */
  #waysOn(outcome: string): HTMLElement | null {
    const { brand, strings } = this.chat;
    const { leads, handoff } = brand.features;
    const away = Boolean(handoff) && !brand.personThere;
    const leave = away || (Boolean(leads) && brand.leadForm?.when !== 'after');
    if (!leave && !handoff) return null;
    return this.chat.ways(this.question, { leave, talk: handoff && !away, above: away && outcome !== 'conversation' && strings.away });
  }

  #terms(terms: { name: string; definition: string; question: string }[]): HTMLElement {
    return list('terms', terms.map(({ name, definition, question }) => button('term', () => this.chat.ask(question), h('span', { title: definition }, name))));
  }
}
