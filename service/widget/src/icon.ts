/** Icons: strokes on a grid of 24. */
import { h } from './dom';
import { drawing } from './drawing';

const PATHS = {
  down: 'M6 9.5l6 6 6-6',
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M12 19V5M5.5 11.5L12 5l6.5 6.5',
  stop: 'M7.5 7.5h9v9h-9z',
  fresh: 'M12 5v14M5 12h14',
  next: 'M5 12h14M13 6l6 6-6 6',
  out: 'M8 16L17 7M9.5 7H17v7.5',
  copy: 'M9 9h10v10H9zM5.5 15H5V5h10v.5',
  share: 'M12 15V4M7.5 8L12 3.5 16.5 8M6 12.5v7h12v-7',
  up: 'M7.5 10.5v9H4.5v-9zM7.5 10.5L11 4c1.8 0 2.6 1.2 2.3 2.7L12.8 9.5H18a1.8 1.8 0 0 1 1.8 2.2l-1.3 6.2a2 2 0 0 1-2 1.6h-9',
  downvote: 'M7.5 13.5v-9H4.5v9zM7.5 13.5L11 20c1.8 0 2.6-1.2 2.3-2.7l-.5-2.8H18a1.8 1.8 0 0 0 1.8-2.2l-1.3-6.2a2 2 0 0 0-2-1.6h-9',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20',
  list: 'M4.5 7h15M4.5 12h15M4.5 17h9',
  remove: 'M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c.6-3.6 3.6-5.5 7.5-5.5s6.9 1.9 7.5 5.5',
  mail: 'M4 6.5h16v11H4zM4.5 7l7.5 6 7.5-6',
  grid: 'M4.5 4.5h15v15h-15zM4.5 9.5h15M4.5 14.5h15M9.5 4.5v15M14.5 4.5v15',
} as const;

export type IconName = keyof typeof PATHS;

export const icon = (name: IconName): SVGSVGElement => drawing(name, PATHS[name]);

/** Make a button that shows an icon and is named by `label`. */
export function iconButton(kind: string, label: string, name: IconName, onclick: (event: MouseEvent) => void): HTMLButtonElement {
  const made = h('button', { type: 'button', class: `icon ${kind}`.trim(), 'aria-label': label, title: label, onclick });
  made.append(icon(name));
  return made;
}
