/** The launcher: the button in a corner of the page. It is all that there is before the visitor's first click. */
import { h } from './dom';
import { drawing } from './drawing';

const BUBBLE = 'M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H12l-4.5 4v-4h-1A2.5 2.5 0 0 1 4 13.5zM8.5 8.5h7M8.5 11.5h4.5';
const DOWN = 'M6 9.5l6 6 6-6';

/** Make the button; it lies in the top layer, where no z-index, transform or overflow of the page reaches it. */
export function launcherButton(title: string, position: string): HTMLButtonElement {
  const state = { 'aria-label': title, 'aria-expanded': 'false', 'aria-haspopup': 'dialog', popover: 'manual' };
  return h('button', { type: 'button', class: `toggle ${position}`, ...state }, drawing('bubble', BUBBLE), drawing('down', DOWN));
}
