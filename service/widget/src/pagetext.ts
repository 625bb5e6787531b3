/** A page's text line by line, headings as such, and a stretch of it marked. */
import { h } from './dom';
import type { PageReply, Place } from './types';

const ITEM = /^\s*(?:[-*•]|\d{1,3}[.)])\s/;
const CODE = /^\s|\S\s{2,}\S/;

/** Return the elements of a page's lines, with what lies from `start` to `end` marked. */
export function pageLines({ text, headings }: PageReply, { start, end }: Pick<Place, 'start' | 'end'>): HTMLElement[] {
  const levels = new Map(headings.map((heading) => [heading.start, heading.level]));
  const made: HTMLElement[] = [];
  let from = 0;
  let apart = true; // whether an empty line came before
  for (const line of text.split('\n')) {
    const points = Array.from(line); // offsets count code points
    if (line.trim()) {
      const cut = (low: number, high: number): string => points.slice(Math.max(low - from, 0), Math.max(high - from, 0)).join('');
      const mark = cut(start, end);
      const content = mark ? [cut(0, Math.max(start, from)), h('mark', {}, mark), cut(end, Infinity)] : [line];
      const level = levels.get(from);
      const kind = ITEM.test(line) ? 'item' : CODE.test(line) ? 'code' : 'line';
      made.push(level ? h(`h${Math.min(6, level + 1)}` as 'h2', {}, ...content) : h('p', { class: apart ? `${kind} apart` : kind }, ...content));
    }
    apart = !line.trim();
    from += points.length + 1;
  }
  return made;
}
