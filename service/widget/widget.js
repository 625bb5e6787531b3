/* Glossator's widget: the element <glossator-chat>, and the launcher that a script tag with data-site-id puts on a page. */
(() => {
  'use strict';

  const TAG = 'glossator-chat';
  if (customElements.get(TAG)) return; // a second script tag brings no second assistant

  const script = document.currentScript;
  const OWN_ORIGIN = new URL(script?.src || location.href).origin;
  const LONGEST_MESSAGE = 4000;
  const COUNTED_FROM = 3600; // characters from which the visitor sees how many are left
  const SLOW_MS = 6000;
  const MOST_STARTERS = 4;
  const MOST_KEPT_TURNS = 20;
  const NARROW = '(max-width: 520px), (max-height: 440px)'; // here the panel covers the page, as also at 400 % zoom

  // ---------------------------------------------------------------------------------------------------- Words

  const WORDS = {
    en: {
      greeting: 'Ask a question about this site’s content.', starters: 'Questions to begin with', label: 'Your question',
      placeholder: 'Ask a question', hint: 'Enter sends, Shift and Enter begin a new line.', send: 'Send', stop: 'Stop', fresh: 'New conversation',
      close: 'Close', log: 'Conversation', asked: 'You asked:', searching: 'Searching the content…',
      slow: 'This takes longer than usual. Still working…', stopped: 'Stopped before the answer was complete.', again: 'Ask again',
      retry: 'Try again', retryIn: 'Try again in {n} s', copy: 'Copy', copied: 'Copied', copyFailed: 'The answer could not be copied.',
      source: 'Source {n}', sources: '{n} sources', oneSource: '1 source', open: 'Open page', show: 'Show in text', related: 'Related terms',
      nearest: 'Nearest terms', next: 'You could also ask', closest: 'Closest match, not a sure answer', refused: 'Not found in the content',
      table: 'Table', code: 'Code', loading: 'Loading the page…', pageFailed: 'The page could not be loaded.', text: 'Text of the page',
      offline: 'You are offline. Your question is kept; try again when you are connected.',
      unreachable: 'The service cannot be reached at the moment.', busy: 'There are too many questions at the moment.',
      server: 'The service failed on this question.', cut: 'The connection broke before the answer was complete.',
    },
    de: {
      greeting: 'Stellen Sie eine Frage zum Inhalt dieser Website.', starters: 'Fragen für den Anfang', label: 'Ihre Frage',
      placeholder: 'Frage stellen', hint: 'Die Eingabetaste sendet, mit Umschalt beginnt eine neue Zeile.', send: 'Senden', stop: 'Anhalten',
      fresh: 'Neues Gespräch', close: 'Schließen', log: 'Gespräch', asked: 'Ihre Frage:', searching: 'Der Inhalt wird durchsucht…',
      slow: 'Das dauert länger als sonst. Bitte noch etwas Geduld…', stopped: 'Angehalten, bevor die Antwort vollständig war.',
      again: 'Noch einmal fragen', retry: 'Noch einmal versuchen', retryIn: 'Noch einmal in {n} s', copy: 'Kopieren', copied: 'Kopiert',
      copyFailed: 'Die Antwort ließ sich nicht kopieren.', source: 'Quelle {n}', sources: '{n} Quellen', oneSource: '1 Quelle', open: 'Seite öffnen',
      show: 'Im Text zeigen', related: 'Verwandte Begriffe', nearest: 'Nächstliegende Begriffe', next: 'Fragen Sie auch',
      closest: 'Nächster Treffer, keine sichere Antwort', refused: 'Im Inhalt nicht gefunden', table: 'Tabelle', code: 'Code',
      loading: 'Die Seite wird geladen…', pageFailed: 'Die Seite ließ sich nicht laden.', text: 'Text der Seite',
      offline: 'Sie sind offline. Ihre Frage bleibt stehen; versuchen Sie es mit Verbindung noch einmal.',
      unreachable: 'Der Dienst ist gerade nicht erreichbar.', busy: 'Gerade werden zu viele Fragen gestellt.',
      server: 'Der Dienst ist an dieser Frage gescheitert.', cut: 'Die Verbindung brach ab, bevor die Antwort vollständig war.',
    },
  };

  /** What the service says of a failure begins small and ends without a full stop. */
  const sentence = (text) => text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');
  const fill = (words, n) => words.replace('{n}', n);

  // ---------------------------------------------------------------------------------------------------- Elements

  /** Make an element. Names beginning with "on" are listeners, all others attributes. null and false leave one out. */
  function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? '' : value);
    }
    element.append(...children.filter((child) => child !== null && child !== false));
    return element;
  }

  const button = (kind, onclick, ...children) => h('button', { type: 'button', class: kind, onclick }, ...children);
  const list = (kind, items) => h('ul', { class: kind }, ...items.map((item) => h('li', {}, item)));
  const caption = (text) => h('p', { class: 'caption' }, text);

  function iconButton(kind, label, name, onclick) {
    const made = button(`icon ${kind}`, onclick, icon(name));
    made.setAttribute('aria-label', label);
    return made;
  }

  const ICONS = {
    bubble: 'M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H12l-4.5 4v-4h-1A2.5 2.5 0 0 1 4 13.5zM8.5 8.5h7M8.5 11.5h4.5',
    close: 'M6 6l12 12M18 6L6 18',
    down: 'M6 9.5l6 6 6-6',
    send: 'M12 19V5M5.5 11.5L12 5l6.5 6.5',
    stop: 'M7.5 7.5h9v9h-9z',
    fresh: 'M12 5v14M5 12h14',
    next: 'M5 12h14M13 6l6 6-6 6',
    out: 'M8 16L17 7M9.5 7H17v7.5',
    copy: 'M9 9h10v10H9zM5.5 15H5V5h10v.5',
  };

  function icon(name) {
    const namespace = 'http://www.w3.org/2000/svg';
    const svg = document.createElementNS(namespace, 'svg');
    const path = document.createElementNS(namespace, 'path');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
    svg.setAttribute('data-icon', name);
    path.setAttribute('d', ICONS[name]);
    svg.append(path);
    return svg;
  }

  /** Links lead to web addresses only, whatever the content says. */
  function webAddress(value) {
    const url = value && URL.canParse(value) ? new URL(value) : null;
    return url && /^https?:$/.test(url.protocol) ? url.href : null;
  }

  function pageLink(address, words) {
    const href = webAddress(address);
    return href && h('a', { class: 'quiet', href, target: '_blank', rel: 'noopener' }, words.open, icon('out'));
  }

  // ---------------------------------------------------------------------------------------------------- Colour

  const DEFAULT_ACCENT = [44, 82, 106];
  const WHITE = [255, 255, 255];
  const BLACK = [0, 0, 0];
  // The backgrounds that are hardest to read accent-coloured text on; the style sheet's --tint.
  const LIGHT_TINT = [241, 239, 234];
  const DARK_TINT = [44, 42, 39];

  function parseColor(value) {
    if (!value || !CSS.supports('color', value)) return null;
    const pen = document.createElement('canvas').getContext('2d');
    pen.fillStyle = value; // reads back as #rrggbb
    const pairs = /^#(..)(..)(..)$/.exec(pen.fillStyle);
    return pairs && pairs.slice(1).map((pair) => parseInt(pair, 16));
  }

  /** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
  function luminance(color) {
    const [r, g, b] = color.map((part) => (part <= 10 ? part / 3294 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function contrast(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  }

  /** Move a colour towards black or white until it stands out from a background. */
  function readable(color, background, towards, ratio) {
    let found = color;
    for (let share = 0.05; contrast(found, background) < ratio && share <= 1; share += 0.05) {
      found = color.map((part, i) => Math.round(part + (towards[i] - part) * share));
    }
    return found;
  }

  /** Write the rules of one accent colour, corrected so that text in it and on it meets WCAG AA. */
  function accentSheet(value) {
    const accent = parseColor(value) ?? DEFAULT_ACCENT;
    const rules = (fillColor, textColor) => {
      const on = contrast(fillColor, WHITE) >= 4.5 ? WHITE : BLACK;
      return `:host{--accent:rgb(${fillColor});--on-accent:rgb(${on});--accent-text:rgb(${textColor})}`;
    };
    const sheet = new CSSStyleSheet();
    const light = rules(accent, readable(accent, LIGHT_TINT, BLACK, 4.6));
    const dark = rules(readable(accent, DARK_TINT, WHITE, 3), readable(accent, DARK_TINT, WHITE, 4.6));
    sheet.replaceSync(`${light}@media (prefers-color-scheme: dark){${dark}}`);
    return sheet;
  }

  // ---------------------------------------------------------------------------------------------------- Markdown
  // Only what the service emits: paragraphs, lists, fenced code, pipe tables, backslash escapes and marks such as [1].
  // Everything else stays text. The nodes are built one by one, so that no content ever becomes markup.

  const INLINE = /\\([!-/:-@[-`{-~])|[ \u00a0]?\[(\d{1,3})\]/g;
  const ITEM = /^(\s*)(?:(-)|(\d{1,9})[.)])\s+(.*)$/;
  const FENCE = /^\s*(`{3,})/;
  const TABLE_RULE = /^\s*\|(?:\s*:?-+:?\s*\|)+\s*$/;

  /** Append a line of text. `chipOf` makes the node for a mark's number, or null where there is no such citation. */
  function appendInline(parent, text, chipOf) {
    let at = 0;
    for (const match of text.matchAll(INLINE)) {
      const [whole, escaped, number] = match;
      const chip = number && chipOf(Number(number));
      parent.append(text.slice(at, match.index), chip ? '' : (escaped ?? whole));
      if (chip) appendChip(parent, chip);
      at = match.index + whole.length;
    }
    parent.append(text.slice(at));
    return parent;
  }

  /** Keep a mark on the line of the word that it follows. */
  function appendChip(parent, chip) {
    parent.normalize();
    const before = parent.lastChild;
    if (before?.className === 'held') return before.append(chip);
    const word = /\S{0,30}$/.exec(before?.data ?? '')[0];
    if (word) before.data = before.data.slice(0, -word.length);
    parent.append(h('span', { class: 'held' }, word, chip));
  }

  function renderMarkdown(markdown, chipOf, words) {
    const lines = markdown.split('\n');
    const made = document.createDocumentFragment();
    while (lines.length) {
      if (!lines[0].trim()) lines.shift();
      else if (FENCE.test(lines[0])) made.append(takeCode(lines, words));
      else if (lines[0].trimStart().startsWith('|') && TABLE_RULE.test(lines[1] ?? '')) made.append(takeTable(lines, chipOf, words));
      else if (ITEM.test(lines[0])) made.append(takeList(lines, chipOf));
      else made.append(takeParagraph(lines, chipOf));
    }
    return made;
  }

  function takeCode(lines, words) {
    const fence = FENCE.exec(lines.shift())[1];
    const end = lines.findIndex((line) => line.trim() === fence);
    const code = lines.splice(0, end < 0 ? lines.length : end).join('\n');
    lines.shift();
    return h('pre', { tabindex: 0, role: 'region', 'aria-label': words.code }, h('code', {}, code));
  }

  function takeTable(lines, chipOf, words) {
    const cells = (line) => line.trim().replace(/^\||\|$/g, '').split(/(?<!\\)\|/);
    const row = (line, tag, attributes) =>
      h('tr', {}, ...cells(line).map((cell) => appendInline(h(tag, attributes), cell.trim(), chipOf)));
    const head = row(lines.shift(), 'th', { scope: 'col' });
    lines.shift();
    const body = h('tbody');
    while (lines[0]?.trimStart().startsWith('|')) body.append(row(lines.shift(), 'td'));
    const table = h('table', {}, h('thead', {}, head), body);
    return h('div', { class: 'table', tabindex: 0, role: 'region', 'aria-label': words.table }, table);
  }

  /** Take a list with the lists in it; how far an item is indented says which one it belongs to. */
  function takeList(lines, chipOf) {
    const made = document.createDocumentFragment();
    const open = []; // the lists around the current item, the outermost first
    const goesOn = () => (lines[0].trim() ? !FENCE.test(lines[0]) : ITEM.test(lines[1] ?? ''));
    while (lines.length && goesOn()) {
      const line = lines.shift();
      const item = ITEM.exec(line);
      if (item) {
        const [, space, dash, number, text] = item;
        listFor(space.length, dash ? 'UL' : 'OL', open, made).append(appendInline(h('li', { value: number }), text, chipOf));
      } else if (line.trim()) {
        appendInline(open.at(-1).list.lastChild, `\n${line.trim()}`, chipOf); // the item goes on
      }
    }
    return made;
  }

  function listFor(indent, tag, open, made) {
    while (open.length > 1 && indent < open.at(-1).indent) open.pop();
    if (open.length && indent <= open.at(-1).indent && open.at(-1).list.tagName !== tag) open.pop();
    if (!open.length || indent > open.at(-1).indent) {
      const list = h(tag);
      (open.at(-1)?.list.lastChild ?? made).append(list);
      open.push({ indent, list });
    }
    return open.at(-1).list;
  }

  function takeParagraph(lines, chipOf) {
    const text = [lines.shift()];
    while (lines[0]?.trim() && !FENCE.test(lines[0]) && !ITEM.test(lines[0])) text.push(lines.shift());
    const onlyMarks = /^(\s*\[\d{1,3}\])+\s*$/.test(text.join('\n'));
    return appendInline(h('p', { class: onlyMarks && 'marks' }), text.join('\n'), chipOf);
  }

  /** The answer as it is copied: plain text, with what its marks refer to. */
  function plainAnswer({ answer, citations }) {
    const escapes = /(^`{3,}$[^]*?^`{3,}$)|\\([!-/:-@[-`{-~])/gm; // code is kept as it is
    const text = answer.replace(escapes, (whole, code, escaped) => code ?? escaped);
    const cited = citations.map(({ number, title, heading, url }) => {
      const address = webAddress(url);
      return `[${number}] ${[title, ...heading].join(' › ')}${address ? `, ${address}` : ''}`;
    });
    return [text, cited.join('\n')].filter(Boolean).join('\n\n');
  }

  // ---------------------------------------------------------------------------------------------------- Service

  /** What went wrong, in words for the visitor. `kind` is one of WORDS' errors, `detail` the service's own words. */
  class Failure extends Error {
    constructor(kind, { detail, retryAfter } = {}) {
      super(detail ?? kind);
      Object.assign(this, { kind, detail, retryAfter });
    }

    static async from(response) {
      const detail = (await response.json().catch(() => null))?.detail;
      const { status } = response;
      if (status === 429 || status === 503) {
        const retryAfter = secondsUntil(response.headers.get('Retry-After'));
        return new Failure('busy', { retryAfter, detail: retryAfter ? undefined : detail }); // no time named: no mere queue
      }
      return new Failure('server', { detail: status < 500 ? detail : undefined });
    }
  }

  /** Read Retry-After: seconds, or the time itself. */
  function secondsUntil(value) {
    const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
    return seconds > 0 ? Math.ceil(seconds) : null;
  }

  /** Yield {name, data} of each server-sent event. https://html.spec.whatwg.org/#event-stream-interpretation */
  async function* serverSentEvents(stream) {
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    let buffer = '';
    let name = '';
    let data = [];
    try {
      for (let ended = false; !ended; ) {
        const chunk = await reader.read();
        ended = chunk.done;
        buffer += ended ? '\n' : chunk.value;
        const lines = buffer.split(/\r\n|\n|\r(?!$)/); // a CR at the end may be the first half of a CRLF
        buffer = lines.pop();
        for (const line of lines) {
          const [, field, value] = /^([^:]*)(?:: ?)?(.*)$/s.exec(line); // a comment's field is empty
          if (field === 'event') name = value;
          if (field === 'data') data.push(value);
          if (line !== '') continue;
          if (data.length) yield { name, data: JSON.parse(data.join('\n')) };
          name = '';
          data = [];
        }
      }
    } finally {
      reader.cancel().catch(() => {});
    }
  }

  /** The service as one site's visitors reach it. */
  class Service {
    refused = false;

    constructor({ siteId, apiUrl }) {
      this.site = siteId || 'default';
      this.api = apiUrl ? new URL(apiUrl, location.href).href.replace(/\/+$/, '') : OWN_ORIGIN;
    }

    /** The site's brand and greeting; null, with one line that says why, where this page does not get them. */
    async brand() {
      try {
        const response = await fetch(`${this.api}/v1/site/${encodeURIComponent(this.site)}`);
        if (response.ok) return await response.json();
        this.refused = response.status < 500;
        const problem = await response.json().catch(() => null);
        console.warn(`Glossator: ${problem?.detail ?? `${this.api} answered with status ${response.status}.`}`);
      } catch {
        console.warn(`Glossator: the service at ${this.api} cannot be reached.`);
      }
      return null;
    }

    async page({ collection, page_id }) {
      const query = new URLSearchParams({ collection, id: page_id });
      const response = await this.#fetch(`/v1/pages?${query}`);
      if (!response.ok) throw await Failure.from(response);
      return response.json();
    }

    /** Yield the events of an answer. Throws Failure, and AbortError once `signal` stops it. */
    async *chat(message, conversationId, signal) {
      const post = (conversation_id) =>
        this.#fetch('/v1/chat', {
          method: 'POST',
          signal,
          headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
          body: JSON.stringify({ message, ...(conversation_id && { conversation_id }) }),
        });
      let response = await post(conversationId);
      if (response.status === 404 && conversationId) response = await post(null); // the conversation has expired
      if (!response.ok) throw await Failure.from(response);
      try {
        yield* serverSentEvents(response.body);
      } catch (error) {
        if (signal.aborted) throw error;
      }
      throw new Failure('cut'); // whoever reads on after the last event has not seen its end
    }

    async #fetch(path, options = {}) {
      try {
        return await fetch(this.api + path, { ...options, headers: { ...options.headers, 'X-Glossator-Site': this.site } });
      } catch (error) {
        if (options.signal?.aborted) throw error;
        throw new Failure(navigator.onLine ? 'unreachable' : 'offline');
      }
    }
  }

  // ---------------------------------------------------------------------------------------------------- A turn

  /** One question with its answer, as they stand in the log. `chat` is the element around it. */
  class Turn {
    markdown = '';
    citations = [];
    answer = null;
    #body = h('div', { class: 'body' });
    #extras = h('div', { class: 'extras', 'aria-live': 'off' }); // the answer is announced, what is under it is not
    #working;
    #frame = 0;
    #countdown = 0;

    constructor(chat, question) {
      this.chat = chat;
      this.words = chat.words;
      this.question = question;
      const said = h('span', { class: 'unseen' }, `${this.words.asked} `);
      const asked = h('p', { class: question.length > 140 ? 'question long' : 'question' }, said, question);
      this.element = h('div', { class: 'turn', tabindex: -1 }, asked, this.#body, this.#extras);
    }

    /** Show that work is under way. */
    wait() {
      clearInterval(this.#countdown);
      this.markdown = '';
      this.citations = [];
      this.#working = h('p', { class: 'working' }, this.words.searching);
      this.#extras.replaceChildren();
      this.#show(h('div', { 'aria-hidden': 'true' }, this.#working));
    }

    /** Show what has come so far. It is hidden from screen readers, which get the finished answer in one piece. */
    stream() {
      this.#frame ||= requestAnimationFrame(() => {
        this.#show(h('div', { class: 'answer', 'aria-hidden': 'true' }, this.#rendered((number) => h('span', { class: 'chip' }, number))));
      });
    }

    slow() {
      this.#working.textContent = this.words.slow;
      this.#body.lastChild.append(this.#working);
    }

    finish(answer) {
      Object.assign(this, { answer, markdown: answer.answer, citations: answer.citations });
      const label = { closest: this.words.closest, refused: this.words.refused }[answer.outcome];
      this.element.dataset.outcome = answer.outcome;
      this.#show(h('div', { class: 'answer' }, label ? h('p', { class: 'label' }, label) : null, this.#rendered((number) => this.#chip(number))));
      this.#extras.replaceChildren(...this.#underAnswer(answer));
    }

    stopped() { this.#breakOff(h('p', { class: 'aside' }, this.words.stopped), this.words.again); }

    fail({ kind, detail, retryAfter }) {
      const retry = this.#breakOff(h('p', { class: 'notice', role: 'alert' }, detail ? sentence(detail) : this.words[kind]), this.words.retry);
      if (retryAfter) this.#countDown(retry, retryAfter);
    }

    /** Keep what has come, say why it is not all, and offer another attempt. */
    #breakOff(notice, label) {
      const part = this.markdown && h('div', { class: 'answer part' }, this.#rendered((number) => this.#chip(number)));
      const retry = button('outlined', () => this.chat.retry(this), label);
      this.#show(...(part ? [part, notice] : [notice]));
      this.#extras.replaceChildren(retry);
      return retry;
    }

    #countDown(button, seconds) {
      const until = Date.now() + seconds * 1000;
      const tick = () => {
        const left = Math.ceil((until - Date.now()) / 1000);
        button.disabled = left > 0;
        button.textContent = left > 0 ? fill(this.words.retryIn, left) : this.words.retry;
        if (left <= 0) clearInterval(this.#countdown);
      };
      this.#countdown = setInterval(tick, 1000);
      tick();
    }

    #show(...nodes) {
      cancelAnimationFrame(this.#frame);
      this.#frame = 0;
      this.#body.replaceChildren(...nodes);
    }

    #rendered(makeChip) {
      const known = new Set(this.citations.map((citation) => citation.number));
      return renderMarkdown(this.markdown, (number) => (known.has(number) ? makeChip(number) : null), this.words);
    }

    #chip(number) {
      const citation = this.citations.find((one) => one.number === number);
      const label = fill(this.words.source, number);
      const onclick = (event) => this.chat.card.toggle(citation, event.currentTarget);
      return h('button', { type: 'button', class: 'chip', 'aria-label': label, 'aria-haspopup': 'dialog', 'aria-expanded': 'false', onclick }, number);
    }

    #underAnswer({ outcome, refusal_reason: reason, sources, related_terms, suggestions }) {
      const refused = outcome === 'refused';
      const terms = related_terms.map(({ name }) => ({ name, question: `What is ${name}?` }));
      const others = suggestions.filter((text) => terms.every(({ question }) => question !== text));
      const shown = [];
      if (reason) shown.push(h('p', { class: 'aside' }, sentence(reason)));
      // What was found for a refused question does not answer it, so it is not shown as a source.
      if (sources.length && !refused) shown.push(h('div', { class: 'row' }, this.#sources(sources), this.#copyButton()));
      if (terms.length) shown.push(h('div', { class: 'group' }, caption(refused ? this.words.nearest : this.words.related), this.#terms(terms)));
      if (others.length) shown.push(h('div', { class: 'group next' }, outcome === 'clarify' ? null : caption(this.words.next), questionList(others, this.chat)));
      return shown;
    }

    #sources(sources) {
      const count = sources.length === 1 ? this.words.oneSource : fill(this.words.sources, sources.length);
      const about = (source) => h('div', {}, h('p', { class: 'title' }, source.title), headingPath(source), this.chat.actions(source));
      return h('details', {}, h('summary', {}, icon('down'), count), list('sources', sources.map(about)));
    }

    #copyButton() {
      if (!navigator.clipboard) return null; // pages without TLS have none
      const label = h('span', {}, this.words.copy);
      const copy = async () => {
        const copied = await navigator.clipboard.writeText(plainAnswer(this.answer)).then(() => true, () => false);
        this.chat.say(copied ? this.words.copied : this.words.copyFailed);
        label.textContent = copied ? this.words.copied : this.words.copy;
        setTimeout(() => (label.textContent = this.words.copy), 2000);
      };
      return button('quiet', copy, icon('copy'), label);
    }

    #terms(terms) {
      return list('terms', terms.map(({ name, question }) => button('term', () => this.chat.ask(question), name)));
    }
  }

  const headingPath = ({ heading }) => heading.length > 0 && h('p', { class: 'path' }, heading.join(' › '));

  function questionList(questions, chat) {
    return list('questions', questions.map((text) => button('ask', () => chat.ask(text), h('span', {}, text), icon('next'))));
  }

  // ---------------------------------------------------------------------------------------------------- Citations

  /** The preview of a citation, beside the mark that was chosen. */
  class Card {
    #mark = null;
    #dismiss = null;

    constructor(chat) {
      this.chat = chat;
      this.element = h('div', { class: 'card', popover: 'manual', role: 'dialog', 'aria-labelledby': 'card-title', tabindex: -1 });
      this.element.addEventListener('keydown', (event) => this.#onKey(event));
    }

    toggle(citation, mark) {
      const again = mark === this.#mark;
      this.hide();
      if (!again) this.#open(citation, mark);
    }

    #open(citation, mark) {
      this.#mark = mark;
      this.#dismiss = new AbortController();
      const { signal } = this.#dismiss;
      this.element.replaceChildren(
        h('p', { class: 'title', id: 'card-title' }, h('span', { class: 'unseen' }, `${mark.getAttribute('aria-label')}: `), citation.title),
        headingPath(citation) || '',
        h('blockquote', {}, citation.quote),
        this.chat.actions(citation),
      );
      mark.setAttribute('aria-expanded', 'true');
      this.element.showPopover();
      this.#place();
      this.element.focus({ preventScroll: true });
      const outside = (event) => !event.composedPath().some((node) => node === this.element || node === mark) && this.hide();
      document.addEventListener('pointerdown', outside, { signal });
      addEventListener('scroll', () => this.#place(), { signal, capture: true, passive: true });
      addEventListener('resize', () => this.#place(), { signal });
    }

    /** Close it; where the focus was in it, the focus goes back to the mark. */
    hide() {
      if (!this.#mark) return;
      const mark = this.#mark;
      const focused = this.element.matches(':focus-within');
      this.#mark = null;
      this.#dismiss.abort();
      this.element.hidePopover();
      mark.setAttribute('aria-expanded', 'false');
      if (focused) mark.focus({ preventScroll: true });
    }

    #place() {
      const gap = 8;
      const mark = this.#mark.getBoundingClientRect();
      const { offsetWidth: width, offsetHeight: height } = this.element;
      const below = mark.bottom + gap + height <= innerHeight;
      const right = Math.min(this.chat.log.getBoundingClientRect().right, innerWidth - gap);
      const left = Math.min(mark.left - 20, right - width);
      const top = below ? mark.bottom + gap : mark.top - gap - height;
      this.element.style.left = `${Math.max(gap, left)}px`;
      this.element.style.top = `${Math.min(Math.max(gap, top), innerHeight - height - gap)}px`;
    }

    #onKey(event) {
      const stops = [...this.element.querySelectorAll('button, a')];
      const leaves = event.key === 'Tab' && (event.shiftKey ? [this.element, stops[0]] : stops.slice(-1)).includes(this.chat.focused);
      if (event.key !== 'Escape' && !leaves) return;
      event.preventDefault();
      event.stopPropagation(); // Escape closes the card alone, not the panel around it
      this.hide();
    }
  }

  /** A page's text with a quote marked in it. */
  class Reader {
    #place = null;

    constructor(chat) {
      this.chat = chat;
      this.heading = h('h2', { id: 'reader-title' });
      this.link = h('div', { class: 'actions' });
      this.text = h('div', { class: 'text', tabindex: 0, role: 'region', 'aria-label': chat.words.text });
      const close = iconButton('', chat.words.close, 'close', () => this.element.close());
      this.element = h('dialog', { class: 'reader', 'aria-labelledby': 'reader-title' }, h('div', { class: 'bar' }, this.heading, this.link, close), this.text);
      this.element.addEventListener('click', (event) => event.target === this.element && this.element.close());
    }

    /** Show the page of a citation or source, and its `start` to `end`. */
    async show(place) {
      this.#place = place;
      this.heading.textContent = place.title;
      this.link.replaceChildren(pageLink(place.link, this.chat.words) || '');
      this.text.replaceChildren(h('p', { role: 'status' }, this.chat.words.loading));
      this.element.showModal();
      this.text.focus();
      try {
        const page = await this.chat.service.page(place);
        if (this.#place !== place) return;
        this.text.replaceChildren(...pageLines(page, place));
        this.text.querySelector('mark')?.scrollIntoView({ block: 'center', behavior: 'instant' });
      } catch (failure) {
        this.text.replaceChildren(h('p', { class: 'notice', role: 'alert' }, failure.detail ? sentence(failure.detail) : this.chat.words.pageFailed));
      }
    }
  }

  /** A page's text line by line, headings as such, and what lies from `start` to `end` marked. */
  function pageLines({ text, headings }, { start, end }) {
    const levels = new Map(headings.map((heading) => [heading.start, heading.level]));
    const made = [];
    let from = 0;
    let apart = true; // whether an empty line came before
    for (const line of text.split('\n')) {
      const points = Array.from(line); // offsets count code points, a string's own count is of UTF-16 units
      const cut = (low, high) => points.slice(Math.max(low - from, 0), Math.max(high - from, 0)).join('');
      const marked = cut(start, end);
      const level = levels.get(from);
      const kind = /^\s*(?:[-*•]|\d{1,3}[.)])\s/.test(line) ? 'item' : /^\s|\S\s{2,}\S/.test(line) ? 'code' : 'line';
      if (line.trim()) {
        const parts = [cut(0, Math.max(start, from)), marked && h('mark', {}, marked), cut(end, Infinity)];
        const content = marked ? parts : [line];
        made.push(level ? h(`h${Math.min(6, level + 1)}`, {}, ...content) : h('p', { class: apart ? `${kind} apart` : kind }, ...content));
      }
      apart = !line.trim();
      from += points.length + 1;
    }
    return made;
  }

  // ---------------------------------------------------------------------------------------------------- Style

  const SHEET = new CSSStyleSheet();
  SHEET.replaceSync(`
    :host {
      all: initial; display: flex; flex-direction: column; height: 100%; color: var(--ink); color-scheme: light dark;
      font: 400 medium/1.6 var(--sans);
      --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
      --serif: ui-serif, Georgia, Cambria, "Noto Serif", serif;
      --paper: #fdfcfa; --field: #fff; --tint: #f1efea; --ink: #24221f; --soft: #635e57; --line: #e4e0d9; --edge: #8d877e;
      --mark: #fbecb5; --bad: #8f2d20; --bad-tint: #fbf0ed; --shadow: 0 1px 2px #2a251d14, 0 12px 40px #2a251d29;
    }
    @media (prefers-color-scheme: dark) {
      :host {
        --paper: #1a1917; --field: #211f1d; --tint: #2c2a27; --ink: #ebe7e0; --soft: #aca59b; --line: #37342f; --edge: #7d776d;
        --mark: #574716; --bad: #f0a797; --bad-tint: #33211d; --shadow: 0 1px 2px #0006, 0 12px 40px #000a;
      }
    }
    :host([mode="launcher"]) { display: contents; } :host([hidden]), [hidden] { display: none !important; }
    *, ::before, ::after { box-sizing: border-box; } p, h2, h3, h4, h5, h6, ul, ol, blockquote, pre { margin: 0; padding: 0; font: inherit; }
    button, textarea { margin: 0; padding: 0; border: 1px solid transparent; background: none; font: inherit; color: inherit; text-align: start; }
    button { cursor: pointer; } button:disabled { cursor: default; color: var(--soft); }
    svg { width: 1.15em; height: 1.15em; flex: none; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
    :focus-visible { outline: 2px solid var(--accent-text); outline-offset: 2px; }
    .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

    /* Frame */
    .root { display: contents; }
    .chat { display: flex; flex-direction: column; flex: 1; min-width: 0; min-height: 0; position: relative; background: var(--paper); overflow-wrap: anywhere; overflow-anchor: none; }
    .bar { display: flex; align-items: center; gap: 4px; padding: 10px 12px 10px 24px; border-bottom: 1px solid var(--line); }
    .bar h2 { flex: 1; min-width: 0; font-weight: 600; line-height: 1.3; outline: none; }
    .logo { display: block; height: 40px; max-width: 100%; margin-bottom: 16px; }
    .greeting { font: 400 2em/1.28 var(--serif); letter-spacing: -0.008em; text-wrap: balance; } .intro { padding: clamp(12px, 11vh, 120px) 0 28px; }
    .starters { padding-top: 40px; } .log { flex: 1; min-height: 0; position: relative; overflow: auto; scrollbar-width: thin; }
    .started :is(.intro, .starters), .chat:not(.started) :is(.log, .fresh) { display: none; }

    /* Questions and answers */
    .turn { padding: 28px 0 40px; scroll-margin-top: -1px; outline: none; } .turn + .turn { border-top: 1px solid var(--line); }
    .question { font: 600 1.3125em/1.35 var(--serif); margin-bottom: 14px; white-space: pre-line; text-wrap: pretty; }
    .question.long { font: 400 1em/1.6 var(--serif); } .answer { line-height: 1.7; } .answer > * + * { margin-top: 12px; }
    .answer p, .answer li { white-space: pre-line; } .answer :is(ul, ol) { padding-inline-start: 1.5em; }
    .answer :is(li + li, li > ul, li > ol) { margin-top: 4px; } .answer li::marker { color: var(--soft); }
    .answer > .marks, .answer > .label + * { margin-top: 6px; } .marks { margin-inline-start: -3px; } .answer.part { margin-bottom: 16px; }
    pre, .table { overflow: auto; border: 1px solid var(--line); border-radius: 8px; overflow-wrap: normal; }
    pre { padding: 12px 16px; background: var(--tint); font: 0.875em/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
    code { font: inherit; } table { border-collapse: collapse; width: 100%; font-size: 0.9375em; line-height: 1.5; }
    th, td { padding: 8px 14px; text-align: start; vertical-align: top; } th { font-weight: 600; background: var(--tint); }
    td { border-top: 1px solid var(--line); }
    .chip { /* small to look at, 24 pixels to hit */
      display: inline-block; min-width: 24px; height: 24px; padding: 3px; margin: -3px -2px -3px 0; border: 0; border-radius: 8px; vertical-align: 1px;
      background: var(--tint) content-box; color: var(--accent-text); font: 600 12px/18px var(--sans); text-align: center;
    }
    .held { white-space: nowrap; } .chip + .chip { margin-inline-start: 2px; }
    .chip:is(:hover, [aria-expanded="true"]) { background-color: var(--accent); color: var(--on-accent); }
    .chip:focus-visible { outline-offset: -1px; } .label, .working { display: flex; align-items: center; gap: 10px; color: var(--soft); }
    .label { font-size: 0.875em; font-weight: 600; }
    .label::before, .working::before { content: ""; width: 8px; height: 8px; border: 2px solid currentColor; border-radius: 50%; flex: none; }
    .working::before { border-color: var(--accent-text); background: var(--accent-text); }
    [data-outcome="closest"] .answer { border-inline-start: 2px dashed var(--edge); padding-inline-start: 18px; }
    .notice { padding: 12px 16px; border-inline-start: 3px solid var(--bad); background: var(--bad-tint); color: var(--bad); border-radius: 2px 8px 8px 2px; }

    /* Under an answer */
    .extras { display: grid; grid-template-columns: minmax(0, 1fr); gap: 20px; margin-top: 16px; justify-items: start; }
    .extras:empty { display: none; } .group { width: 100%; } .aside, .path { font-size: 0.875em; line-height: 1.5; color: var(--soft); }
    .caption { margin-bottom: 8px; font-size: 0.8125em; font-weight: 600; color: var(--soft); } .title { font-weight: 600; line-height: 1.4; }
    .actions { display: flex; flex-wrap: wrap; gap: 4px 20px; } .row { position: relative; width: 100%; min-height: 28px; }
    .row > .quiet { position: absolute; inset: 0 0 auto auto; }
    .quiet, summary { display: inline-flex; align-items: center; gap: 6px; min-height: 28px; font-size: 0.875em; color: var(--soft); cursor: pointer; border-radius: 6px; }
    .quiet { text-decoration: none; }
    :is(.quiet, summary):hover { color: var(--accent-text); text-decoration: underline; text-underline-offset: 3px; }
    .actions .quiet { color: var(--accent-text); } summary { list-style: none; margin-inline-start: -4px; }
    summary::-webkit-details-marker { display: none; } details:not([open]) > summary svg { transform: rotate(-90deg); }
    .sources, .questions { list-style: none; border-top: 1px solid var(--line); } .sources { margin-top: 8px; }
    .sources li { padding: 12px 0 8px; border-bottom: 1px solid var(--line); font-size: 0.9375em; }
    .questions li { border-bottom: 1px solid var(--line); }
    .ask { display: flex; align-items: center; justify-content: space-between; gap: 16px; width: 100%; min-height: 46px; padding: 9px 0; border: 0; line-height: 1.45; }
    .ask svg { color: var(--soft); } .ask:hover, .ask:hover svg { color: var(--accent-text); } .extras .ask { min-height: 42px; font-size: 0.9375em; }
    .turn:not(:last-child) .next { display: none; } .terms { display: flex; flex-wrap: wrap; gap: 8px; list-style: none; }
    .term, .outlined { min-height: 34px; padding: 5px 14px; border-color: var(--line); border-radius: 17px; font-size: 0.875em; line-height: 1.4; }
    .outlined { border-color: var(--edge); border-radius: 8px; }
    :is(.term, .outlined:enabled):hover { border-color: var(--accent-text); color: var(--accent-text); }

    /* Composer */
    .composer { position: sticky; bottom: 0; padding: 12px 0 8px; background: var(--paper); box-shadow: 0 -10px 10px var(--paper); }
    .started .composer { margin-top: auto; }
    .box { display: flex; align-items: flex-end; gap: 8px; padding: 7px 7px 7px 18px; border: 1px solid var(--edge); border-radius: 16px; background: var(--field); }
    .box:has(textarea:focus) { outline: 2px solid var(--accent-text); outline-offset: -1px; }
    textarea { flex: 1; min-width: 0; height: 40px; max-height: min(200px, 34vh); padding: 8px 0; border: 0; line-height: 24px; resize: none; scrollbar-width: thin; }
    textarea:focus-visible { outline: none; } textarea::placeholder { color: var(--soft); opacity: 1; }
    .icon { display: inline-grid; place-items: center; flex: none; width: 36px; height: 36px; border-radius: 10px; color: var(--soft); }
    .icon:hover { background: var(--tint); color: var(--ink); }
    .send, .send:hover { width: 40px; height: 40px; background: var(--accent); color: var(--on-accent); } [data-icon="stop"] { fill: currentColor; }
    .send:hover { opacity: 0.88; } .under { display: flex; justify-content: space-between; padding: 6px 2px 0; font-size: 0.9375em; }
    .launcher .under:not(:has(.count:not([hidden]))), .chat:not(.started) .under:not(:has(.count:not([hidden]))) { display: none; }
    .count { margin-inline-start: auto; font-size: 0.875em; color: var(--soft); }

    /* Citations */
    .card, .reader { border: 1px solid var(--line); border-radius: 14px; background: var(--paper); color: var(--ink); box-shadow: var(--shadow); overflow-wrap: anywhere; }
    .card {
      position: fixed; inset: auto; margin: 0; padding: 16px 18px 12px; width: min(380px, 100vw - 16px); max-height: min(420px, 100vh - 16px); overflow: auto;
      outline: none; background: var(--field); font-size: 0.9375em;
    }
    blockquote { margin: 12px 0; padding-inline-start: 14px; border-inline-start: 2px solid var(--accent-text); font: 1em/1.6 var(--serif); white-space: pre-line; }
    .reader { width: min(720px, 100vw - 24px); height: min(860px, 100dvh - 48px); max-width: none; max-height: none; margin: auto; padding: 0; overflow: hidden; }
    .reader[open] { display: flex; flex-direction: column; } .reader::backdrop { background: #1a171399; }
    .reader .bar { gap: 12px; padding: 14px 14px 14px 32px; } .reader .bar h2 { font: 600 1.25em/1.3 var(--serif); }
    .text { flex: 1; overflow: auto; padding: 12px 32px 48px; font: 1.0625em/1.7 var(--serif); scrollbar-width: thin; }
    .text:focus-visible { outline-offset: -3px; } .text :is(.item, .code) { white-space: pre-wrap; }
    .text .item { margin-top: 6px; padding-inline-start: 1.25em; text-indent: -1.25em; } .text .apart { margin-top: 14px; }
    .text :is(h2, h3, h4, h5, h6) { margin: 26px 0 -6px; font: 600 0.9375em/1.4 var(--sans); }
    .text :is(h2, h3) { margin-top: 36px; font-size: 1.0625em; }
    mark { padding: 2px 0; border-radius: 2px; background: var(--mark); color: inherit; -webkit-box-decoration-break: clone; box-decoration-break: clone; }

    /* Launcher */
    .toggle, .panel { position: fixed; z-index: 2147483000; right: 20px; }
    .toggle {
      bottom: 20px; width: 56px; height: 56px; display: grid; place-items: center; border-radius: 50%;
      background: var(--accent); color: var(--on-accent); box-shadow: 0 1px 3px #0003, 0 6px 20px #0003;
    }
    .toggle svg { width: 26px; height: 26px; }
    .toggle[aria-expanded="true"] svg:first-child, .toggle[aria-expanded="false"] svg:last-child { display: none; }
    .panel {
      inset: auto 20px 88px auto; margin: 0; padding: 0; width: 412px; height: min(680px, 100dvh - 108px); max-width: none; max-height: none; overflow: clip;
      border: 1px solid var(--line); border-radius: 18px; background: var(--paper); color: inherit; box-shadow: var(--shadow);
    }
    .panel[open] { display: flex; } .left :is(.toggle, .panel) { right: auto; left: 20px; } .launcher .chat { font-size: 0.9375em; }
    .launcher .greeting { font-size: 1.5em; } .launcher .intro { padding: 28px 24px 0; }
    .launcher .starters { flex: 1; min-height: 0; padding: 24px; overflow: auto; } .launcher .log { padding: 0 24px; }
    .launcher .turn { padding: 22px 0 32px; } .launcher .composer { padding: 10px 16px 16px; }
    .launcher textarea { font-size: 1.067em; } /* phones zoom in on fields with less than 16 pixels */
    @media ${NARROW} {
      .panel, .left .panel { inset: 0; width: 100%; height: 100dvh; border: 0; border-radius: 0; }
      .reader { width: 100vw; height: 100dvh; border: 0; border-radius: 0; } .reader .bar { flex-wrap: wrap; padding-inline: 20px 10px; }
      .text { padding-inline: 20px; } .greeting { font-size: 1.625em; }
    }
    @media (max-height: 440px) { /* also at 400 % zoom: one scrolling sheet instead of a slit between two bars */
      .panel { overflow: auto; } .panel .chat { display: block; } .launcher :is(.log, .starters) { overflow: visible; }
      .composer { position: static; }
    }
    @media (prefers-reduced-motion: no-preference) {
      .log { scroll-behavior: smooth; } .working::before { animation: pulse 1.4s ease-in-out infinite; }
      .panel[open], .card:popover-open, .reader[open] { animation: appear 0.16s ease-out; }
    }
    @keyframes pulse { 50% { opacity: 0.25; } }
    @keyframes appear { from { opacity: 0; transform: translateY(6px); } }
    @media (forced-colors: active) {
      .chip, .icon, .toggle { border: 1px solid ButtonBorder; } .chip { padding: 2px; }
      mark { forced-color-adjust: none; background: Mark; color: MarkText; }
    }
  `);

  // ---------------------------------------------------------------------------------------------------- The element

  /** Use the tab's storage. Where it is full or forbidden, the visitor misses no more than the transcript after a reload. */
  function storage(act) {
    try {
      act(sessionStorage);
    } catch {
      // as above
    }
  }

  /** <glossator-chat mode="inline|launcher">, set up by the same data attributes as the script tag. */
  class GlossatorChat extends HTMLElement {
    #turns = [];
    #conversation = null;
    #running = null;

    async connectedCallback() {
      if (this.chat) register(this); // moved to another place in the page
      if (this.shadowRoot) return;
      this.attachShadow({ mode: 'open' });
      this.service = new Service(this.dataset);
      const site = this.site ?? (await this.service.brand());
      this.hidden = !site && (this.#launches || this.service.refused);
      if (!this.hidden) this.#build(site ?? {});
    }

    disconnectedCallback() {
      this.stop();
      if (assistant === this) assistant = null;
    }

    /** The element that has the focus in here, or null. */
    get focused() { return this.shadowRoot.activeElement; }
    get #launches() { return this.getAttribute('mode') === 'launcher'; }

    // What the visitor and the page around do

    open({ focus = true } = {}) {
      const narrow = matchMedia(NARROW).matches;
      if (this.#launches && !this.panel.open) {
        // A panel that covers the page keeps the focus in it; one beside the page does not.
        if (narrow) this.panel.showModal();
        else this.panel.open = true;
        this.toggle.setAttribute('aria-expanded', 'true');
        emit('open');
      }
      // On a small screen the keyboard would hide what there is to choose from.
      if (focus) (narrow && this.#launches ? this.heading : this.input).focus();
    }

    close() {
      if (!this.#launches || !this.panel.open) return;
      const focused = this.panel.matches(':focus-within');
      this.card.hide();
      this.panel.close();
      this.toggle.setAttribute('aria-expanded', 'false');
      if (focused) this.toggle.focus();
      emit('close');
    }

    /** Ask a question; one that is still being answered is stopped. */
    ask(text) {
      const question = text.trim();
      if (!question) return;
      const before = this.focused;
      const turn = this.#append(question);
      this.#makeRoom(turn);
      // What was chosen may be gone now, so reading goes on at the question.
      if (before && before !== this.input) turn.element.focus({ preventScroll: true });
      emit('question', { text: question });
      this.#answer(turn);
    }

    retry(turn) {
      turn.element.focus({ preventScroll: true });
      this.#answer(turn);
    }

    stop() { this.#running?.abort(); }

    startAfresh() {
      this.stop();
      this.card.hide();
      this.#turns = [];
      this.#conversation = null;
      this.log.replaceChildren();
      this.chat.classList.remove('started');
      storage((tab) => tab.removeItem(this.#key));
      this.input.focus();
    }

    /** Tell screen readers what others see. */
    say(text) { this.status.textContent = text; }

    /** What leads from a citation or source to its page. */
    actions(place) {
      const show = () => {
        this.card.hide();
        this.reader.show(place);
      };
      return h('div', { class: 'actions' }, button('quiet', show, this.words.show), pageLink(place.link, this.words));
    }

    // The way of a question

    async #answer(turn) {
      this.stop();
      const running = (this.#running = new AbortController());
      this.#setBusy(true);
      this.say(this.words.searching);
      turn.wait();
      let slow;
      const watch = () => {
        clearTimeout(slow);
        slow = setTimeout(() => this.#slow(turn), SLOW_MS);
      };
      try {
        watch();
        for await (const { name, data } of this.service.chat(turn.question, this.#conversation, running.signal)) {
          running.signal.throwIfAborted();
          watch();
          if (name === 'done') return this.#finish(turn, data);
          if (name === 'error') throw new Failure('server', data);
          if (name === 'delta') turn.markdown += data.text;
          if (name === 'citation') turn.citations.push(data);
          if (name === 'delta' || name === 'citation') turn.stream();
        }
      } catch (error) {
        if (running.signal.aborted) return turn.stopped();
        turn.fail(error instanceof Failure ? error : new Failure('server'));
        if (!(error instanceof Failure)) throw error;
      } finally {
        clearTimeout(slow);
        if (this.#running === running) this.#setBusy(false);
      }
    }

    #slow(turn) {
      turn.slow();
      this.say(this.words.slow);
    }

    #finish(turn, answer) {
      turn.finish(answer);
      this.say('');
      this.#conversation = answer.conversation_id;
      this.#keep();
      emit('answer', answer);
    }

    #setBusy(busy) {
      this.send.setAttribute('aria-label', busy ? this.words.stop : this.words.send);
      this.send.replaceChildren(icon(busy ? 'stop' : 'send'));
      if (!busy) this.#running = null;
    }

    #append(question) {
      const turn = new Turn(this, question);
      this.#turns.push(turn);
      this.log.append(turn.element);
      this.chat.classList.add('started');
      return turn;
    }

    /** Bring a new question to the top and leave room for its answer, so that nothing moves while it is read. */
    #makeRoom(turn) {
      const before = turn.element.previousElementSibling;
      if (before) {
        before.style.minHeight = '';
        const view = Math.min(this.log.clientHeight, innerHeight - this.composer.offsetHeight);
        turn.element.style.minHeight = `${view}px`;
      }
      turn.element.scrollIntoView({ block: 'start' });
    }

    // What is kept: the conversation, in this tab, from its first answer on

    get #key() { return `glossator:${this.service.api}:${this.service.site}`; }

    #keep() {
      const answered = this.#turns.filter((turn) => turn.answer).slice(-MOST_KEPT_TURNS);
      const turns = answered.map(({ question, answer }) => ({ question, answer }));
      storage((tab) => tab.setItem(this.#key, JSON.stringify({ conversation_id: this.#conversation, turns })));
    }

    #restore() {
      storage((tab) => {
        const { conversation_id = null, turns = [] } = JSON.parse(tab.getItem(this.#key)) ?? {};
        for (const { question, answer } of turns) this.#append(question).finish(answer);
        this.#conversation = conversation_id;
      });
    }

    // What it is made of

    #build(site) {
      const { dataset } = this;
      const wanted = (dataset.language || this.closest('[lang]')?.lang || '').split('-')[0];
      const language = wanted in WORDS ? wanted : 'en';
      this.words = WORDS[language];
      this.brand = {
        title: site.title || 'Glossator',
        greeting: dataset.greeting || site.greeting || this.words.greeting,
        starters: dataset.exampleQuestions?.split('|').map((text) => text.trim()).filter(Boolean) ?? site.suggestions ?? [],
      };
      this.shadowRoot.adoptedStyleSheets = [SHEET, accentSheet(dataset.color || site.color)];
      this.card = new Card(this);
      this.reader = new Reader(this);
      this.chat = this.#chatElement();
      const position = dataset.position === 'left' ? ' left' : '';
      const root = h('section', { class: `root ${this.#launches ? `launcher${position}` : 'inline'}`, lang: language, 'aria-label': this.brand.title });
      root.append(...(this.#launches ? this.#launcherElements() : [this.chat]), this.reader.element);
      this.shadowRoot.append(root);
      this.#restore();
      if (dataset.openOnLoad !== undefined && dataset.openOnLoad !== 'false' && !matchMedia(NARROW).matches) this.open({ focus: false });
      register(this);
      this.dispatchEvent(new CustomEvent('ready', { detail: this.brand }));
    }

    #chatElement() {
      const { words, brand } = this;
      const starters = brand.starters.slice(0, MOST_STARTERS);
      this.log = h('div', { class: 'log', role: 'log', 'aria-label': words.log, tabindex: this.#launches ? 0 : null });
      this.status = h('p', { class: 'unseen', role: 'status' });
      this.composer = this.#composerElement();
      const intro = h('div', { class: 'intro' }, this.#logo(), h('p', { class: 'greeting' }, brand.greeting));
      const beginning = starters.length > 0 && h('div', { class: 'starters' }, caption(words.starters), questionList(starters, this));
      // A page invites with the field in its middle; in a panel the field stays where the hand expects it.
      const parts = this.#launches ? [this.#headerElement(), intro, beginning, this.log, this.composer] : [intro, this.log, this.composer, beginning];
      return h('div', { class: 'chat' }, ...parts, this.card.element, this.status);
    }

    #composerElement() {
      const { words } = this;
      this.input = h('textarea', {
        rows: 1, maxlength: LONGEST_MESSAGE, placeholder: words.placeholder, 'aria-label': words.label, 'aria-describedby': 'hint', enterkeyhint: 'send',
        oninput: () => this.#onInput(), onkeydown: (event) => this.#onKey(event),
      });
      this.send = button('icon send', () => (this.#running ? this.stop() : this.#submit()));
      this.count = h('span', { class: 'count', hidden: true });
      const hint = h('span', { id: 'hint', class: 'unseen' }, words.hint);
      const fresh = !this.#launches && button('quiet fresh', () => this.startAfresh(), icon('fresh'), words.fresh);
      this.#setBusy(false);
      return h('div', { class: 'composer' }, h('div', { class: 'box' }, this.input, this.send), hint, h('div', { class: 'under' }, fresh, this.count));
    }

    #headerElement() {
      const { words } = this;
      this.heading = h('h2', { id: 'heading', tabindex: -1 }, this.brand.title);
      const fresh = iconButton('fresh', words.fresh, 'fresh', () => this.startAfresh());
      return h('div', { class: 'bar' }, this.heading, fresh, iconButton('', words.close, 'close', () => this.close()));
    }

    #launcherElements() {
      const state = { 'aria-label': this.brand.title, 'aria-expanded': 'false', 'aria-controls': 'panel' };
      const onclick = () => (this.panel.open ? this.close() : this.open());
      this.toggle = h('button', { type: 'button', class: 'toggle', ...state, onclick }, icon('bubble'), icon('down'));
      this.panel = h('dialog', { id: 'panel', class: 'panel', role: 'dialog', 'aria-labelledby': 'heading' }, this.chat);
      this.panel.addEventListener('keydown', (event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        this.close();
      });
      this.panel.addEventListener('cancel', (event) => {
        event.preventDefault(); // a phone's way back
        this.close();
      });
      return [this.toggle, this.panel];
    }

    #logo() {
      const { logo } = this.dataset;
      return logo ? h('img', { class: 'logo', src: logo, alt: '', onerror: (event) => event.currentTarget.remove() }) : null;
    }

    #onKey(event) {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    }

    #submit() {
      const { value } = this.input;
      this.input.value = '';
      this.#onInput();
      this.input.focus();
      this.ask(value);
    }

    #onInput() {
      const { input, count } = this;
      input.style.height = 'auto';
      input.style.height = `${input.scrollHeight}px`;
      count.hidden = input.value.length < COUNTED_FROM;
      count.textContent = `${input.value.length} / ${LONGEST_MESSAGE}`;
    }
  }

  // ---------------------------------------------------------------------------------------------------- The page around

  const listeners = { open: new Set(), close: new Set(), question: new Set(), answer: new Set() };
  const waiting = []; // what the page wanted before there was an assistant
  let assistant = null;

  function emit(name, detail) {
    // Each in its own task, so that what fails in a page's listener fails there and not in here.
    for (const listener of listeners[name]) queueMicrotask(() => listener(detail));
  }

  function register(element) {
    assistant ??= element;
    for (const act of waiting.splice(0)) act(assistant);
  }

  const withAssistant = (act) => void (assistant ? act(assistant) : waiting.push(act));

  window.Glossator = Object.freeze({
    open: () => withAssistant((element) => element.open()),
    close: () => withAssistant((element) => element.close()),
    ask: (text) =>
      withAssistant((element) => {
        element.open();
        element.ask(String(text));
      }),
    /** Call `listener` on each "open", "close", "question" {text} and "answer" (as /v1/chat's). Returns what ends it. */
    on(name, listener) {
      if (!(name in listeners)) throw new TypeError(`Glossator has no event "${name}"; it has ${Object.keys(listeners).join(', ')}.`);
      listeners[name].add(listener);
      return () => listeners[name].delete(listener);
    },
  });

  /** Put a launcher on the page that the script tag is on, unless the service refuses the page. */
  async function launch({ dataset }) {
    const site = await new Service(dataset).brand();
    if (!site) return;
    const element = h(TAG, { mode: 'launcher' });
    Object.assign(element.dataset, dataset);
    element.site = site;
    if (document.readyState === 'loading') await new Promise((loaded) => addEventListener('DOMContentLoaded', loaded, { once: true }));
    document.body.append(element);
  }

  customElements.define(TAG, GlossatorChat);
  if (script?.dataset.siteId) launch(script);
})();
