/** A citation's quote, with words marked in it. Offsets count code points, a string's own count is of UTF-16 units. */
import { h } from './dom';
import type { Citation, SearchResult } from './types';

/** A stretch of a text that is marked; `level` 1 to 4 says how strongly. */
export interface Mark {
  start: number;
  end: number;
  level: number;
}

/** Return a text's nodes, with marks that are in order and do not overlap. */
export function marked(text: string, marks: Mark[]): (Node | string)[] {
  const points = Array.from(text);
  const cut = (from: number, to: number): string => points.slice(from, to).join('');
  const made: (Node | string)[] = [];
  let at = 0;
  for (const { start, end, level } of marks) {
    if (start < at || end <= start || end > points.length) continue;
    made.push(cut(at, start), h('mark', { class: `level-${level}` }, cut(start, end)));
    at = end;
  }
  return [...made, cut(at, points.length)];
}

/** Return the passage that a citation quotes, where it is among the sources. */
function passageOf(citation: Citation, sources: SearchResult[]): SearchResult | undefined {
  return sources.find(({ passage_id, start, end }) => passage_id === citation.passage_id && start <= citation.start && citation.end <= end);
}

/** Return the words of the quote that the search matched. */
export function supportingMarks(citation: Citation, sources: SearchResult[]): Mark[] {
  const passage = passageOf(citation, sources);
  if (!passage) return [];
  const by = citation.start - passage.start; // highlights count from where the passage begins
  return passage.highlights.map(({ start, end }) => ({ start: start - by, end: end - by, level: 2 }));
}
