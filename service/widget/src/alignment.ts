/** Why this passage: which words of it matched which words of the question. */
import type { Mark } from './quote';
import type { Alignment, Token } from './service';

/** A word, joined from the pieces that a model cuts it into. */
export interface Word {
  text: string;
  start: number;
  end: number;
  pieces: number[];
}

const WORDLIKE = /^[\p{L}\p{M}\p{N}_]+$/u;
const STEPS = [0.25, 0.45, 0.65, 0.85]; // shares of the strongest weight, from which a word gets level 1 to 4

/** Join pieces that touch into words; marks of punctuation are left out. `text` is what the offsets index, if it is known. */
export function words(tokens: Token[], text: string | null): Word[] {
  const points = text === null ? null : Array.from(text);
  const made: Word[] = [];
  tokens.forEach(({ text: own, start, end }, i) => {
    const piece = points ? points.slice(start, end).join('') : own.replace(/^##|^[▁Ġ]/u, '');
    if (!WORDLIKE.test(piece)) return;
    const before = made.at(-1);
    if (before && before.end === start && before.pieces.at(-1) === i - 1) Object.assign(before, { text: before.text + piece, end, pieces: [...before.pieces, i] });
    else made.push({ text: piece, start, end, pieces: [i] });
  });
  return made;
}

/** Return the weight of every pair of words, 0 to 1 of the strongest: the most that any of their pieces have. */
export function matrix({ weights }: Alignment, rows: Word[], columns: Word[]): number[][] {
  const raw = rows.map((row) => columns.map((column) => Math.max(0, ...row.pieces.flatMap((i) => column.pieces.map((j) => weights[i]?.[j] ?? 0)))));
  const strongest = Math.max(...raw.flat(), Number.EPSILON);
  return raw.map((row) => row.map((weight) => weight / strongest));
}

/** Return the words of the passage that matched some word of the question, with how strongly. */
export function alignedMarks(alignment: Alignment, passage: string | null): Mark[] {
  const columns = words(alignment.passage_tokens, passage);
  const weights = matrix(alignment, words(alignment.question_tokens, null), columns);
  return columns.flatMap(({ start, end }, j) => {
    const level = levelOf(Math.max(0, ...weights.map((row) => row[j] ?? 0)));
    return level ? [{ start, end, level }] : [];
  });
}

/** Return 0 for a weight that is not worth showing, else 1 to 4. */
export const levelOf = (weight: number): number => STEPS.filter((step) => weight >= step).length;
