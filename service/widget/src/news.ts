/** News of a person for a panel that is closed: what counts them is loaded once there is one. */
import { before, liveKey } from './before';
import type { News } from './chatview';
import type { Host } from './host';
import type { Strings } from './strings';
import type { Unread } from './unread';

/** Return what takes the news, and what is called when the panel is opened (`seen`) and when it is taken away. */
export function newsFor({ toggle, root, api, site, brand }: Host, strings: Strings, isOpen: () => boolean): News & { seen(): void; dispose(): void } {
  let unread: Promise<Unread> | undefined;
  const count = (act?: (unread: Unread) => void): void => {
    if (!toggle) return;
    unread ??= import('./unread').then(({ Unread }) => new Unread(toggle, root, brand.title, strings, liveKey(api, site)));
    void unread.then(act, () => (unread = undefined));
  };
  if (before(liveKey(api, site)) !== null) count();
  return {
    live: (is) => count((counter) => counter.live(is)),
    arrived: () => isOpen() || count((counter) => counter.arrived()),
    seen: () => unread && count((counter) => counter.seen()),
    dispose: () => unread && count((counter) => counter.dispose()),
  };
}
