/** Whether a person is with the visitor, as the launcher knows it before anything else is loaded: an entry of the tab's storage
 * that holds how many of their messages were not looked at yet. */
export const liveKey = (api: string, site: string): string => `glossator:live:${api}:${site}`;

export function isLive(api: string, site: string): boolean {
  try {
    return liveKey(api, site) in sessionStorage;
  } catch {
    return false; // the browser forbids to keep anything
  }
}
