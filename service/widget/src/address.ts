/** Addresses: links lead to the web and to mail alone, whatever the content says. */

const LINKED = new Set(['http:', 'https:', 'mailto:']);
const WEB = new Set(['http:', 'https:']);

function vetted(value: string | null | undefined, schemes: Set<string>): string | null {
  const url = value && URL.canParse(value) ? new URL(value) : null;
  return url && schemes.has(url.protocol) ? url.href : null;
}

/** Return an address that a link may lead to, or null. */
export const linkAddress = (value: string | null | undefined): string | null => vetted(value, LINKED);

/** Return an address that is fetched or shown, or null. */
export const webAddress = (value: string | null | undefined): string | null => vetted(value, WEB);
