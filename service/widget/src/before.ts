/** What the launcher knows of the page before, as soon as it is there: entries of the tab's storage. */

/** Where it stands, while a person is with the visitor, how many of their messages were not looked at yet. */
export const liveKey = (api: string, site: string): string => `glossator:live:${api}:${site}`;

/** Where it stands whether the visitor left the panel open. */
export const openKey = (api: string, site: string): string => `glossator:open:${api}:${site}`;

/** Return what stands there; null where that is nothing, or where the browser forbids to keep any. */
export function before(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}
