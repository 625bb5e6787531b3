/** The heat map: a row a word of the question, a column a word of the quote. */
import { levelOf, shares } from './alignment';
import { h, unseen } from './dom';
import type { Strings } from './strings';
import type { Alignment } from './types';

/** Draw an alignment as a table; the share of each pair can be read as well as seen. */
export function heatMap(alignment: Alignment, strings: Strings): HTMLElement {
  const rows = shares(alignment);
  const columns = alignment.passage_tokens.map(({ text }) => text);
  const head = h('tr', {}, h('td'), ...columns.map((text) => h('th', { scope: 'col' }, h('span', {}, text))));
  const line = (text: string, row: number[]): HTMLElement => h('tr', {}, h('th', { scope: 'row' }, text), ...row.map((share, j) => cell(share, text, columns[j]!)));
  const body = h('tbody', {}, ...alignment.question_tokens.map(({ text }, i) => line(text, rows[i]!)));
  const table = h('table', {}, h('thead', {}, head), body);
  return h('div', {}, h('div', { class: 'heatmap', tabindex: 0, role: 'region', 'aria-label': strings.why }, table), h('p', { class: 'aside' }, strings.whyHint));
}

function cell(share: number, row: string, column: string): HTMLElement {
  const percent = `${Math.round(share * 100)} %`;
  return h('td', { class: `heat level-${levelOf(share)}`, title: `${row} · ${column}: ${percent}` }, unseen(percent));
}
