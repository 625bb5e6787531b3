/** Fills the element on the page with what a chunk brings. */
import { h, sheet } from './dom';
import type { Host } from './host';
import type { Speech } from './strings';

/** Put content into the root, in the visitor's language; return what holds it. */
export function fillRoot({ root, sheets, toggle, brand }: Host, { language, direction }: Speech, css: string[], ...content: Node[]): HTMLElement {
  const kind = toggle ? `launcher ${brand.position}` : 'inline';
  const section = h('section', { class: `root ${kind}`, lang: language, dir: direction, 'aria-label': brand.title }, ...content);
  root.adoptedStyleSheets = [...sheets, ...css.map(sheet)];
  root.append(section);
  return section;
}
