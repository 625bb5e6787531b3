/** The service as one site's visitors reach it. */
import { Failure } from './failure';
import { read, tab, write } from './keeper';
import { serverSentEvents } from './sse';
import type { Alignment, Answer, Citation, PageReply, Place, SearchReply, SearchResult, SharedAnswer, TermList } from './types';

/** What an answer is made of while it streams. */
export type ChatEvent =
  | { name: 'start'; data: { conversation_id: string; message_id: string } }
  | { name: 'sources'; data: { sources: SearchResult[] } }
  | { name: 'delta'; data: { text: string } }
  | { name: 'citation'; data: Citation }
  | { name: 'done'; data: Answer }
  | { name: 'error'; data: { detail?: string } };

export class Service {
  /** `api` has no slash at its end. */
  constructor(
    readonly api: string,
    readonly site: string,
    private readonly needsSession = false,
  ) {}

  page({ collection, page_id }: Place): Promise<PageReply> {
    return this.get(`/v1/pages?${new URLSearchParams({ collection, id: page_id })}`);
  }

  terms(query: string, limit: number, cursor: string | null = null, signal?: AbortSignal): Promise<TermList> {
    const asked = new URLSearchParams({ query, limit: String(limit), ...(cursor && { cursor }) });
    return this.get(`/v1/terms?${asked}`, signal);
  }

  search(query: string, limit: number, signal?: AbortSignal): Promise<SearchReply> {
    return this.post('/v1/search', { query, limit }, signal).then((response) => response.json() as Promise<SearchReply>);
  }

  alignment(messageId: string, citation: number): Promise<Alignment> {
    return this.get(`/v1/messages/${encodeURIComponent(messageId)}/alignment?citation=${citation}`);
  }

  async feedback(message_id: string, rating: 'up' | 'down', comment?: string): Promise<void> {
    await this.post('/v1/feedback', { message_id, rating, ...(comment && { comment }) });
  }

  async share(messageId: string): Promise<string> {
    const response = await this.post(`/v1/messages/${encodeURIComponent(messageId)}/share`, {});
    const { url } = (await response.json()) as { url: string };
    return new URL(url, this.api).href;
  }

  shared(token: string): Promise<SharedAnswer> {
    return this.get(`/v1/shares/${encodeURIComponent(token)}`);
  }

  /** Yield the events of an answer. Throws Failure, and AbortError once `signal` stops it. */
  async *chat(message: string, conversationId: string | null, signal: AbortSignal): AsyncGenerator<ChatEvent> {
    const post = (conversation_id: string | null): Promise<Response> =>
      this.#fetch('/v1/chat', {
        method: 'POST',
        signal,
        headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
        body: JSON.stringify({ message, ...(conversation_id && { conversation_id }) }),
      });
    let response = await post(conversationId);
    if (response.status === 404 && conversationId) response = await post(null); // the conversation has expired
    if (!response.ok || !response.body) throw await Failure.from(response);
    try {
      yield* serverSentEvents(response.body) as AsyncGenerator<ChatEvent>;
    } catch (error) {
      if (signal.aborted) throw error;
    }
    throw new Failure('cut'); // whoever reads on after the last event has not seen its end
  }

  get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.ok(path, signal && { signal }).then((response) => response.json() as Promise<T>);
  }

  post(path: string, body: object, signal?: AbortSignal): Promise<Response> {
    return this.ok(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), ...(signal && { signal }) });
  }

  /** Send a request. Throws Failure where it is not done. */
  async ok(path: string, options: RequestInit = {}): Promise<Response> {
    const response = await this.#fetch(path, options);
    if (!response.ok) throw await Failure.from(response);
    return response;
  }

  /** Return the visitor's session, begun anew where the one of this tab is over or there is none. */
  async #session(): Promise<string> {
    const key = `glossator:session:${this.api}:${this.site}`;
    const kept = read<{ token: string; expires_at: string }>(tab, key);
    if (kept && Date.parse(kept.expires_at) > Date.now()) return kept.token;
    // The header too: by it the service knows, before it reads the body, whose origins are to be let in.
    const headers = { 'Content-Type': 'application/json', 'X-Glossator-Site': this.site };
    const response = await fetch(`${this.api}/v1/sessions`, { method: 'POST', headers, body: JSON.stringify({ site_id: this.site }) });
    if (!response.ok) throw await Failure.from(response);
    const begun = (await response.json()) as { token: string; expires_at: string };
    write(tab, key, begun);
    return begun.token;
  }

  async #fetch(path: string, options: RequestInit): Promise<Response> {
    try {
      const session: HeadersInit = this.needsSession ? { Authorization: `Bearer ${await this.#session()}` } : {};
      return await fetch(this.api + path, { ...options, headers: { ...options.headers, ...session, 'X-Glossator-Site': this.site } });
    } catch (error) {
      if (options.signal?.aborted || error instanceof Failure) throw error;
      throw new Failure(navigator.onLine ? 'unreachable' : 'offline');
    }
  }
}

