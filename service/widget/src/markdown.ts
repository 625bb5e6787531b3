/** Markdown to nodes: what answers are written in, and nothing else. Every node is made here, so no content becomes markup.
 *
 * Blocks: paragraphs, headings, lists, quotes, fenced code, pipe tables. Inline: escapes, marks such as [1], links to vetted
 * addresses, code, strong and emphasised text. Everything else stays text.
 */
import { linkAddress } from './address';
import { h } from './dom';
import type { Strings } from './strings';

/** Makes the node for a mark's number; null where there is no such citation. */
export type ChipMaker = (number: number) => HTMLElement | null;

const INLINE =
  /\\([!-/:-@[-`{-~])|[ \u00a0]?\[(\d{1,3})\](?!\()|\[((?:\\.|[^\\[\]\n]){1,300})\]\(([^()\s]{1,2000})\)|(`+)(.+?)\5(?!`)|(\*\*|\*)(?=\S)((?:\\.|[^\\*\n])+?)(?<=\S)\7/g;
const ITEM = /^(\s*)(?:([-*+])|(\d{1,9})[.)])\s+(.*)$/;
const FENCE = /^\s*(`{3,}|~{3,})/;
const HEADING = /^\s{0,3}(#{1,6})\s+(.*?)\s*#*$/;
const QUOTE = /^\s{0,3}>\s?/;
const TABLE_RULE = /^\s*\|(?:\s*:?-+:?\s*\|)+\s*$/;
const ESCAPED = /\\([!-/:-@[-`{-~])/g;

export class Markdown {
  constructor(
    private readonly chipOf: ChipMaker,
    private readonly words: Strings,
  ) {}

  render(markdown: string): DocumentFragment {
    return this.#blocks(markdown.split('\n'));
  }

  #blocks(lines: string[]): DocumentFragment {
    const made = document.createDocumentFragment();
    while (lines.length) {
      const line = lines[0]!;
      if (!line.trim()) lines.shift();
      else if (FENCE.test(line)) made.append(this.#code(lines));
      else if (line.trimStart().startsWith('|') && TABLE_RULE.test(lines[1] ?? '')) made.append(this.#table(lines));
      else if (HEADING.test(line)) made.append(this.#heading(lines));
      else if (QUOTE.test(line)) made.append(this.#quote(lines));
      else if (ITEM.test(line)) made.append(this.#list(lines));
      else made.append(this.#paragraph(lines));
    }
    return made;
  }

  #code(lines: string[]): HTMLElement {
    const fence = FENCE.exec(lines.shift()!)![1];
    const end = lines.findIndex((line) => line.trim() === fence);
    const code = lines.splice(0, end < 0 ? lines.length : end).join('\n');
    lines.shift();
    return h('pre', { tabindex: 0, role: 'region', 'aria-label': this.words.code }, h('code', {}, code));
  }

  #table(lines: string[]): HTMLElement {
    const row = (line: string, tag: 'th' | 'td'): HTMLElement =>
      h('tr', {}, ...cells(line).map((cell) => this.#inline(h(tag, tag === 'th' ? { scope: 'col' } : {}), cell.trim())));
    const head = row(lines.shift()!, 'th');
    lines.shift();
    const body = h('tbody');
    while (lines[0]?.trimStart().startsWith('|')) body.append(row(lines.shift()!, 'td'));
    return h('div', { class: 'table', tabindex: 0, role: 'region', 'aria-label': this.words.table }, h('table', {}, h('thead', {}, head), body));
  }

  /** The question is the heading above, so a heading of the answer is a paragraph in bold to look at, and a lower level. */
  #heading(lines: string[]): HTMLElement {
    const [, hashes = '', text = ''] = HEADING.exec(lines.shift()!)!;
    return this.#inline(h('p', { role: 'heading', 'aria-level': Math.min(6, hashes.length + 2), class: 'heading' }), text);
  }

  #quote(lines: string[]): HTMLElement {
    const quoted: string[] = [];
    while (lines[0] !== undefined && QUOTE.test(lines[0])) quoted.push(lines.shift()!.replace(QUOTE, ''));
    return h('blockquote', {}, this.#blocks(quoted));
  }

  /** Take a list with the lists in it; how far an item is indented says which one it belongs to. */
  #list(lines: string[]): DocumentFragment {
    const made = document.createDocumentFragment();
    const open: OpenList[] = []; // the lists around the current item, the outermost first
    const goesOn = (): boolean => (lines[0]!.trim() ? !FENCE.test(lines[0]!) : ITEM.test(lines[1] ?? ''));
    while (lines.length && goesOn()) {
      const line = lines.shift()!;
      const item = ITEM.exec(line);
      if (item) {
        const [, space = '', bullet, number, text = ''] = item;
        listFor(space.length, bullet ? 'ul' : 'ol', open, made).append(this.#inline(h('li', { value: number }), text));
      } else if (line.trim()) {
        this.#inline(open.at(-1)!.list.lastElementChild as HTMLElement, `\n${line.trim()}`); // the item goes on
      }
    }
    return made;
  }

  #paragraph(lines: string[]): HTMLElement {
    const text = [lines.shift()!];
    while (lines[0]?.trim() && ![FENCE, ITEM, HEADING, QUOTE].some((block) => block.test(lines[0]!))) text.push(lines.shift()!);
    const onlyMarks = /^(\s*\[\d{1,3}\])+\s*$/.test(text.join('\n'));
    return this.#inline(h('p', { class: onlyMarks && 'marks' }), text.join('\n'));
  }

  #inline<T extends HTMLElement>(parent: T, text: string): T {
    let at = 0;
    for (const match of text.matchAll(INLINE)) {
      const [whole, escaped, mark, label, address, , code, stars, strong] = match;
      parent.append(text.slice(at, match.index));
      at = match.index + whole.length;
      const chip = mark ? this.chipOf(Number(mark)) : null;
      const href = label ? linkAddress(address) : null;
      if (chip) appendChip(parent, chip);
      else if (href) parent.append(this.#inline(h('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow' }), label!));
      else if (code) parent.append(h('code', {}, code.trim() || code));
      else if (strong) parent.append(this.#inline(h(stars === '**' ? 'strong' : 'em'), strong));
      else parent.append(escaped ?? whole);
    }
    parent.append(text.slice(at));
    return parent;
  }
}

interface OpenList {
  indent: number;
  list: HTMLElement;
}

function cells(line: string): string[] {
  return line.trim().replace(/^\||\|$/g, '').split(/(?<!\\)\|/);
}

function listFor(indent: number, tag: 'ul' | 'ol', open: OpenList[], made: DocumentFragment): HTMLElement {
  while (open.length > 1 && indent < open.at(-1)!.indent) open.pop();
  const inner = open.at(-1);
  if (inner && indent <= inner.indent && inner.list.localName !== tag) open.pop();
  const around = open.at(-1);
  if (around && indent <= around.indent) return around.list;
  const list = h(tag);
  (around?.list.lastElementChild ?? made).append(list);
  open.push({ indent, list });
  return list;
}

/** Keep a mark on the line of the word that it follows. */
function appendChip(parent: HTMLElement, chip: HTMLElement): void {
  parent.normalize();
  const before = parent.lastChild;
  if (before instanceof HTMLElement && before.className === 'held') return before.append(chip);
  const text = before instanceof Text ? before : null;
  const word = /\S{0,30}$/.exec(text?.data ?? '')![0];
  if (text && word) text.data = text.data.slice(0, -word.length);
  parent.append(h('span', { class: 'held' }, word, chip));
}

/** Return Markdown as plain text; code is kept as it is. */
export function plainText(markdown: string): string {
  return markdown
    .split(/(^`{3,}$[^]*?^`{3,}$)/m)
    .map((part, i) => (i % 2 ? part : part.replace(ESCAPED, '$1')))
    .join('');
}
