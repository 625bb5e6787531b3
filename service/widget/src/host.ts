/** What the loader hands to a chunk: the place on the page that it fills. */
import type { Brand } from './brand';
import type { Emit } from './events';

export interface Host {
  root: ShadowRoot;
  /** The style sheets that the root has before a chunk sets its own beside them. */
  sheets: CSSStyleSheet[];
  /** The launcher's button; null for an assistant that has its own place on the page. */
  toggle: HTMLButtonElement | null;
  api: string;
  site: string;
  brand: Brand;
  /** The language of the page around. */
  language: string | undefined;
  emit: Emit;
}

/** What a chunk hands back. */
export interface Face {
  open(focus: boolean): void;
  close(): void;
  ask(text: string): void;
  /** Take everything out of the root again. */
  dispose(): void;
}

/** What a frame with our page in it tells the page around it. */
export interface FrameMessage {
  glossator: 'ready' | 'close' | 'live' | 'arrived' | 'question' | 'answer';
  detail?: never;
}
