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
      placeholder: 'Ask a question', hint: 'Enter sends, Shift and Enter begin a new line.', send: 'Send', stop: 'Stop',
      fresh: 'New conversation', close: 'Close', log: 'Conversation', asked: 'You asked:', searching: 'Searching the content…',
      slow: 'This takes longer than usual. Still working…', stopped: 'Stopped before the answer was complete.',
      again: 'Ask again', retry: 'Try again', retryIn: 'Try again in {n} s', copy: 'Copy', copied: 'Copied',
      copyFailed: 'The answer could not be copied.', source: 'Source {n}', sources: '{n} sources', open: 'Open page',
      show: 'Show in text', related: 'Related terms', nearest: 'Nearest terms', next: 'You could also ask',
      closest: 'Closest match, not a sure answer', refused: 'Not found in the content', table: 'Table', code: 'Code',
      loading: 'Loading the page…', pageFailed: 'The page could not be loaded.', text: 'Text of the page',
      offline: 'You are offline. Your question is kept; try again when you are connected.',
      unreachable: 'The service cannot be reached at the moment.', busy: 'There are too many questions at the moment.',
      server: 'The service failed on this question.', cut: 'The connection broke before the answer was complete.',
    },
    de: {
      greeting: 'Stellen Sie eine Frage zum Inhalt dieser Website.', starters: 'Fragen für den Anfang', label: 'Ihre Frage',
      placeholder: 'Frage stellen', hint: 'Die Eingabetaste sendet, mit Umschalt beginnt eine neue Zeile.', send: 'Senden',
      stop: 'Anhalten', fresh: 'Neues Gespräch', close: 'Schließen', log: 'Gespräch', asked: 'Ihre Frage:',
      searching: 'Der Inhalt wird durchsucht…', slow: 'Das dauert länger als sonst. Bitte noch etwas Geduld…',
      stopped: 'Angehalten, bevor die Antwort vollständig war.', again: 'Noch einmal fragen', retry: 'Noch einmal versuchen',
      retryIn: 'Noch einmal in {n} s', copy: 'Kopieren', copied: 'Kopiert', copyFailed: 'Die Antwort ließ sich nicht kopieren.',
      source: 'Quelle {n}', sources: '{n} Quellen', open: 'Seite öffnen', show: 'Im Text zeigen',
      related: 'Verwandte Begriffe', nearest: 'Nächstliegende Begriffe', next: 'Fragen Sie auch',
      closest: 'Nächster Treffer, keine sichere Antwort', refused: 'Im Inhalt nicht gefunden', table: 'Tabelle', code: 'Code',
      loading: 'Die Seite wird geladen…', pageFailed: 'Die Seite ließ sich nicht laden.', text: 'Text der Seite',
      offline: 'Sie sind offline. Ihre Frage bleibt stehen; versuchen Sie es mit Verbindung noch einmal.',
      unreachable: 'Der Dienst ist gerade nicht erreichbar.', busy: 'Gerade werden zu viele Fragen gestellt.',
      server: 'Der Dienst ist an dieser Frage gescheitert.', cut: 'Die Verbindung brach ab, bevor die Antwort vollständig war.',
    },
    fr: {
      greeting: 'Posez une question sur le contenu de ce site.', starters: 'Questions pour commencer', label: 'Votre question',
      placeholder: 'Poser une question', hint: 'Entrée envoie, Maj et Entrée commencent une nouvelle ligne.', send: 'Envoyer',
      stop: 'Arrêter', fresh: 'Nouvelle conversation', close: 'Fermer', log: 'Conversation', asked: 'Votre question :',
      searching: 'Recherche dans le contenu…', slow: 'C’est plus long que d’habitude. Recherche en cours…',
      stopped: 'Arrêté avant la fin de la réponse.', again: 'Reposer la question', retry: 'Réessayer',
      retryIn: 'Réessayer dans {n} s', copy: 'Copier', copied: 'Copié', copyFailed: 'La réponse n’a pas pu être copiée.',
      source: 'Source {n}', sources: '{n} sources', open: 'Ouvrir la page', show: 'Voir dans le texte',
      related: 'Termes liés', nearest: 'Termes les plus proches', next: 'Vous pouvez aussi demander',
      closest: 'Passage le plus proche, réponse incertaine', refused: 'Introuvable dans le contenu', table: 'Tableau', code: 'Code',
      loading: 'Chargement de la page…', pageFailed: 'La page n’a pas pu être chargée.', text: 'Texte de la page',
      offline: 'Vous êtes hors ligne. Votre question est conservée ; réessayez une fois connecté.',
      unreachable: 'Le service est injoignable pour le moment.', busy: 'Il y a trop de questions en ce moment.',
      server: 'Le service a échoué sur cette question.', cut: 'La connexion a été coupée avant la fin de la réponse.',
    },
  };

  const fill = (words, n) => words.replace('{n}', n);
  const languageOf = (tag) => (tag.split('-')[0] in WORDS ? tag.split('-')[0] : 'en');

  // ---------------------------------------------------------------------------------------------------- Elements

  /** Make an element. Properties beginning with "on" are listeners, all others attributes; false leaves one out. */
  function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
      else if (value !== false && value != null) element.setAttribute(name, value === true ? '' : value);
    }
    element.append(...children.filter((child) => child != null));
    return element;
  }

  const ICONS = {
    bubble: 'M4 6.5A2.5 2.5 0 0 1 6.500 4h11A2.500 2.500 0 0 1 20 6.500v7a2.500 2.500 0 0 1-2.500 2.500H12l-4.500 4v-4h-1A2.500 2.500 0 0 1 4 13.500zM8.500 8.500h7M8.500 11.500h4.500',
    close: 'M6 6l12 12M18 6L6 18',
    down: 'M6 9.500l6 6 6-6',
    send: 'M12 19V5M5.500 11.500L12 5l6.500 6.500',
    stop: 'M7.500 7.500h9v9h-9z',
    fresh: 'M12 5v14M5 12h14',
    next: 'M5 12h14M13 6l6 6-6 6',
    out: 'M8 16L17 7M9.500 7H17v7.500',
    copy: 'M9 9h10v10H9zM5.500 15H5V5h10v.500',
    done: 'M5 12.500l4.500 4.500L19 7.500',
  };

  function icon(name) {
    const namespace = 'http://www.w3.org/2000/svg';
    const svg = document.createElementNS(namespace, 'svg');
    const path = document.createElementNS(namespace, 'path');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
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

  function luminance(color) {
    const [r, g, b] = color.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
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
  const GLUE = '\u2060'; // keeps a mark on the line of the word that it follows

  const unescape = (text) => text.replace(INLINE, (match, escaped) => escaped ?? match);

  /** Append a line of text. `chipOf` makes the node for a mark's number, or null where there is no such citation. */
  function appendInline(parent, text, chipOf) {
    let at = 0;
    for (const match of text.matchAll(INLINE)) {
      const [whole, escaped, number] = match;
      const chip = number && chipOf(Number(number));
      parent.append(text.slice(at, match.index), ...(chip ? [GLUE, chip] : [escaped ?? whole]));
      at = match.index + whole.length;
    }
    parent.append(text.slice(at));
    return parent;
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
    const goesOn = () => ITEM.test(lines[0] ?? '') || (lines[0]?.trim() === '' && ITEM.test(lines[1] ?? ''));
    while (lines.length && (goesOn() || lines[0].trim())) {
      const [, space, , number, text] = ITEM.exec(lines[0]) ?? [];
      const line = lines.shift();
      if (text === undefined) {
        if (line.trim()) appendInline(open.at(-1).list.lastChild, `\n${line.trim()}`, chipOf);
        continue;
      }
      const indent = space.length;
      while (open.length > 1 && indent < open.at(-1).indent) open.pop();
      const tag = number === undefined ? 'UL' : 'OL';
      const nested = open.length && indent > open.at(-1).indent;
      if (!nested && open.length && open.at(-1).list.tagName !== tag) open.pop();
      if (!open.length || nested || indent > open.at(-1).indent) {
        const list = h(tag);
        (open.at(-1)?.list.lastChild ?? made).append(list);
        open.push({ indent, list });
      }
      open.at(-1).list.append(appendInline(h('li', { value: number }), text, chipOf));
    }
    return made;
  }

  function takeParagraph(lines, chipOf) {
    const text = [lines.shift()];
    while (lines[0]?.trim() && !FENCE.test(lines[0]) && !ITEM.test(lines[0])) text.push(lines.shift());
    const onlyMarks = /^(\s*\[\d{1,3}\])+\s*$/.test(text.join('\n'));
    return appendInline(h('p', { class: onlyMarks && 'marks' }), text.join('\n'), chipOf);
  }

  /** The answer as it is copied: plain text, with what its marks refer to. */
  function plainAnswer(answer) {
    const cited = answer.citations.map((one) => {
      const where = [one.title, ...one.heading].join(' › ');
      return `[${one.number}] ${where}${webAddress(one.url) ? `, ${one.url}` : ''}`;
    });
    return [unescape(answer.answer), ...(cited.length ? [cited.join('\n')] : [])].join('\n\n');
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
        // A 503 that names no time is not a queue; then the service's own reason says more.
        return new Failure('busy', { retryAfter, detail: status === 503 && retryAfter === null ? detail : undefined });
      }
      return new Failure('server', { detail: status < 500 ? detail : undefined });
    }
  }

  /** Read Retry-After: seconds, or the time itself. */
  function secondsUntil(value) {
    if (!value) return null;
    const seconds = /^\d+$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - Date.now()) / 1000);
    return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
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
          const [, field, value] = /^([^:]*)(?:: ?)?(.*)$/.exec(line);
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
    constructor(api, site) {
      Object.assign(this, { api, site });
    }

    /** The site's brand and greeting; null where the service does not let this page have it, with one line that says why. */
    async brand() {
      try {
        const response = await fetch(`${this.api}/v1/site/${encodeURIComponent(this.site)}`);
        if (response.ok) return await response.json();
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

  /** One question with its answer, as it stands in the log. `chat` is the element around it. */
  class Turn {
    #body = h('div', { class: 'body' });
    #extras = h('div', { class: 'extras', 'aria-live': 'off' }); // read on demand; only the answer is announced
    #frame = 0;
    #countdown = 0;

    constructor(chat, question) {
      this.chat = chat;
      this.question = question;
      this.citations = [];
      this.markdown = '';
      const asked = h('p', { class: question.length > 160 ? 'question long' : 'question' }, h('span', { class: 'unseen' }, `${chat.words.asked} `), question);
      this.element = h('div', { class: 'turn', tabindex: -1 }, asked, this.#body, this.#extras);
    }

    /** Show that work is under way; what was here before is gone. */
    wait() {
      clearInterval(this.#countdown);
      this.markdown = '';
      this.citations = [];
      this.#extras.replaceChildren();
      this.#working = h('p', { class: 'working' }, this.chat.words.searching);
      this.#replaceBody(h('div', { 'aria-hidden': 'true' }, this.#working));
    }

    #working = null;

    slow() {
      this.#working.textContent = this.chat.words.slow;
      this.#body.firstChild.append(this.#working);
    }

    /** Show what has come so far. It is hidden from screen readers, which get the finished answer in one piece. */
    stream() {
      this.#frame ||= requestAnimationFrame(() => {
        this.#frame = 0;
        this.#replaceBody(h('div', { 'aria-hidden': 'true' }, this.#rendered((number) => h('span', { class: 'chip' }, number))));
      });
    }

    finish(answer) {
      const { words } = this.chat;
      this.answer = answer;
      this.markdown = answer.answer;
      this.citations = answer.citations;
      const label = words[answer.outcome === 'closest' ? 'closest' : answer.outcome === 'refused' ? 'refused' : ''];
      this.element.dataset.outcome = answer.outcome;
      this.#replaceBody(
        h('div', { class: 'answer' }, label ? h('p', { class: 'label' }, label) : null, this.#rendered((number) => this.#chip(number))),
      );
      this.#extras.replaceChildren(...this.#underAnswer(answer));
    }

    /** Keep what has come, and say that it is not all. */
    stopped() {
      this.#incomplete(h('p', { class: 'aside' }, this.chat.words.stopped), this.chat.words.again);
    }

    fail(failure) {
      const { words } = this.chat;
      const notice = h('p', { class: 'notice', role: 'alert' }, failure.detail ?? words[failure.kind]);
      const retry = this.#incomplete(notice, words.retry);
      if (failure.retryAfter) this.#countDown(retry, failure.retryAfter);
    }

    #incomplete(notice, label) {
      const rest = this.markdown ? [h('div', { class: 'answer part' }, this.#rendered((number) => this.#chip(number)))] : [];
      const retry = h('button', { type: 'button', class: 'outlined', onclick: () => this.chat.retry(this) }, label);
      this.#replaceBody(...rest, notice);
      this.#extras.replaceChildren(retry);
      return retry;
    }

    #countDown(button, seconds) {
      const { words } = this.chat;
      const until = Date.now() + seconds * 1000;
      const show = () => {
        const left = Math.ceil((until - Date.now()) / 1000);
        button.disabled = left > 0;
        button.textContent = left > 0 ? fill(words.retryIn, left) : words.retry;
        if (left <= 0) clearInterval(this.#countdown);
      };
      this.#countdown = setInterval(show, 1000);
      show();
    }

    #replaceBody(...nodes) {
      cancelAnimationFrame(this.#frame);
      this.#frame = 0;
      this.#body.replaceChildren(...nodes);
    }

    #rendered(makeChip) {
      const known = new Set(this.citations.map((one) => one.number));
      return renderMarkdown(this.markdown, (number) => (known.has(number) ? makeChip(number) : null), this.chat.words);
    }

    #chip(number) {
      const citation = this.citations.find((one) => one.number === number);
      const label = fill(this.chat.words.source, number);
      const onclick = ({ currentTarget }) => this.chat.card.toggle(citation, currentTarget);
      return h('button', { type: 'button', class: 'chip', 'aria-label': label, 'aria-haspopup': 'dialog', 'aria-expanded': 'false', onclick }, number);
    }

    #underAnswer(answer) {
      const { words } = this.chat;
      const refused = answer.outcome === 'refused';
      const terms = answer.related_terms.map(({ name }) => ({ name, question: `What is ${name}?` }));
      const suggestions = answer.suggestions.filter((text) => terms.every(({ question }) => question !== text));
      const reason = answer.refusal_reason;
      const ask = (text) => this.chat.ask(text);
      return [
        reason && h('p', { class: 'aside' }, `${reason[0].toUpperCase()}${reason.slice(1)}.`),
        // What a refusal has found does not answer, so it is not shown as if it were a source.
        answer.outcome !== 'conversation' && h('div', { class: 'row' }, !refused && this.#sources(answer.sources), !refused && this.#copyButton()),
        terms.length > 0 && h('div', { class: 'group' }, h('p', { class: 'caption' }, refused ? words.nearest : words.related),
          h('ul', { class: 'terms' }, ...terms.map(({ name, question }) =>
            h('li', {}, h('button', { type: 'button', class: 'term', onclick: () => ask(question) }, name))))),
        suggestions.length > 0 && h('div', { class: 'group next' }, h('p', { class: 'caption' }, words.next), questionList(suggestions, ask)),
      ].filter(Boolean);
    }

    #sources(sources) {
      return null;
    }

    #copyButton() {
      return null;
    }
  }
})();
