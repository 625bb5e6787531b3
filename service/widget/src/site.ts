/** The site: what the service says of it, and whether this page may use it. */
import { detailOf } from './failure';
import type { SiteReply } from './types';

export interface Found {
  site: SiteReply | null;
  /** Whether the service does not want this page, as opposed to not being there. */
  refused: boolean;
}

/** Ask for a site's brand. Where this page does not get it, one line in the console says why. */
export async function findSite(api: string, id: string): Promise<Found> {
  try {
    const response = await fetch(`${api}/v1/site/${encodeURIComponent(id)}`);
    if (response.ok) return { site: (await response.json()) as SiteReply, refused: false };
    console.warn(`Glossator: ${(await detailOf(response)) ?? `${api} answered with status ${response.status}.`}`);
    return { site: null, refused: response.status < 500 };
  } catch {
    console.warn(`Glossator: the service at ${api} cannot be reached.`);
    return { site: null, refused: false };
  }
}
