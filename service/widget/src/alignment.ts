/** Why this passage: which words of the quote matched which words of the question. */
import type { Mark } from './quote';
import type { Alignment } from './types';

const STEPS = [0.25, 0.45, 0.65, 0.85]; // shares of the strongest weight, from which a word gets level 1 to 4

/** Return the weight of every pair of words, 0 to 1 of the strongest. */
export function shares({ weights }: Alignment): number[][] {
  const strongest = Math.max(...weights.flat(), Number.EPSILON);
  return weights.map((row) => row.map((weight) => weight / strongest));
}

/** Return the words of the quote that matched some word of the question, with how strongly. */
export function alignedMarks(alignment: Alignment): Mark[] {
  const rows = shares(alignment);
  return alignment.passage_tokens.flatMap(({ start, end }, j) => {
    const level = levelOf(Math.max(0, ...rows.map((row) => row[j] ?? 0)));
    return level ? [{ start, end, level }] : [];
  });
}

/** Return 0 for a weight that is not worth showing, else 1 to 4. */
export const levelOf = (weight: number): number => STEPS.filter((step) => weight >= step).length;
