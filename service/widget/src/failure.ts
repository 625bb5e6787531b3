/** Failures, in words for the visitor. */
import type { Strings } from './strings';

export type FailureKind = 'offline' | 'unreachable' | 'busy' | 'server' | 'cut';

interface Details {
  detail?: string | undefined;
  status?: number;
  retryAfter?: number | null | undefined;
}

/** What went wrong. `detail` holds the service's own words, `status` is HTTP's (0: there was no response), `retryAfter` the seconds
 * until another attempt makes sense. */
export class Failure extends Error {
  readonly detail: string | undefined;
  readonly status: number;
  readonly retryAfter: number | null;

  constructor(readonly kind: FailureKind, { detail, status, retryAfter }: Details = {}) {
    super(detail ?? kind);
    this.detail = detail;
    this.status = status ?? 0;
    this.retryAfter = retryAfter ?? null;
  }

  static async from(response: Response): Promise<Failure> {
    const { status } = response;
    const detail = await detailOf(response);
    if (status === 429 || status === 503) {
      const retryAfter = secondsUntil(response.headers.get('Retry-After'));
      return new Failure('busy', { status, retryAfter, detail: retryAfter ? undefined : detail }); // no time named: no mere queue
    }
    return new Failure('server', { status, detail: status < 500 ? detail : undefined });
  }

  /** The failure as a sentence to show. */
  words(strings: Strings): string {
    return this.detail ? sentence(this.detail) : strings[this.kind];
  }
}

/** Return what a problem document says, undefined where there is none. */
export async function detailOf(response: Response): Promise<string | undefined> {
  const problem: unknown = await response.json().catch(() => null);
  const detail = problem && typeof problem === 'object' && 'detail' in problem ? problem.detail : undefined;
  return typeof detail === 'string' ? detail : undefined;
}

/** What the service says of a failure begins small and may end without a full stop. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?。]$/.test(text) ? '' : '.');
}

/** Read Retry-After: seconds, or the time itself. */
function secondsUntil(value: string | null): number | null {
  if (value === null) return null;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return seconds > 0 ? Math.ceil(seconds) : null;
}
