/** The heat map: a row a word of the question, a column a word of the passage. */
import { levelOf, matrix, words } from './alignment';
import { h, unseen } from './dom';
import type { Alignment } from './service';
import type { Strings } from './strings';

/** Draw an alignment as a table; the share of each pair can be read as well as seen. */
export function heatMap(alignment: Alignment, question: string, passage: string | null, strings: Strings): HTMLElement {
  const rows = words(alignment.question_tokens, question);
  const columns = words(alignment.passage_tokens, passage);
  const weights = matrix(alignment, rows, columns);
  const head = h('tr', {}, h('td'), ...columns.map(({ text }) => h('th', { scope: 'col' }, h('span', {}, text))));
  const line = (text: string, shares: number[]): HTMLElement => h('tr', {}, h('th', { scope: 'row' }, text), ...shares.map((share, j) => cell(share, text, columns[j]!.text)));
  const body = h('tbody', {}, ...rows.map(({ text }, i) => line(text, weights[i]!)));
  const table = h('table', {}, h('thead', {}, head), body);
  return h('div', {}, h('div', { class: 'heatmap', tabindex: 0, role: 'region', 'aria-label': strings.why }, table), h('p', { class: 'aside' }, strings.whyHint));
}

function cell(share: number, row: string, column: string): HTMLElement {
  const percent = `${Math.round(share * 100)} %`;
  return h('td', { class: `heat level-${levelOf(share)}`, title: `${row} · ${column}: ${percent}` }, unseen(percent));
}
