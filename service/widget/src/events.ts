/** What the page around is told. */
import type { Answer } from './types';

export interface Events {
  open: undefined;
  close: undefined;
  question: { text: string };
  answer: Answer;
}

export type EventName = keyof Events;
export type Emit = <N extends EventName>(name: N, detail?: Events[N]) => void;
