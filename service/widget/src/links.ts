/** Links out of the assistant, and the path of headings beside them. */
import { webAddress } from './address';
import { h } from './dom';
import { icon } from './icon';
import type { Strings } from './strings';
import type { Place } from './types';

/** Return a link to a page, or null where it has no address on the web. */
export function pageLink(address: string | null, { open }: Strings): HTMLElement | null {
  const href = webAddress(address);
  return href === null ? null : h('a', { class: 'quiet', href, target: '_blank', rel: 'noopener' }, open, icon('out'));
}

export function headingPath({ heading }: Pick<Place, 'heading'>): HTMLElement | null {
  return heading.length ? h('p', { class: 'path' }, heading.join(' › ')) : null;
}
