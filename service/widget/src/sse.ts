/** Server-sent events, read from a fetched body. https://html.spec.whatwg.org/#event-stream-interpretation */

export interface ServerEvent {
  name: string;
  data: unknown;
}

const LINE_END = /\r\n|\n|\r(?!$)/; // a CR at the end may be the first half of a CRLF
const FIELD = /^([^:]*)(?:: ?)?(.*)$/s; // a comment's field is empty

/** Yield each event; its data are JSON. Leaving the loop ends the request. */
export async function* serverSentEvents(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<ServerEvent> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  let name = '';
  let data: string[] = [];
  try {
    for (let ended = false; !ended; ) {
      const chunk = await reader.read();
      ended = chunk.done;
      buffer += chunk.value ?? '\n';
      const lines = buffer.split(LINE_END);
      buffer = lines.pop() ?? '';
      for (const line of lines) {
        const [, field, value = ''] = FIELD.exec(line) ?? [];
        if (field === 'event') name = value;
        if (field === 'data') data.push(value);
        if (line !== '') continue;
        if (data.length) yield { name, data: JSON.parse(data.join('\n')) as unknown };
        name = '';
        data = [];
      }
    }
  } finally {
    reader.cancel().catch(() => undefined); // it may have broken already
  }
}
