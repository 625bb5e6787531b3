/** Why a citation: the words of its quote that the question's words matched, on demand. */
import { alignedMarks } from './alignment';
import { h } from './dom';
import { Failure } from './failure';
import { heatMap } from './heatmap';
import { marked, passageOf, shifted } from './quote';
import type { Alignment, Service } from './service';
import type { Strings } from './strings';
import type { Answer, Citation } from './types';

type Explained = { alignment: Alignment; passage: string | null } | { notice: HTMLElement };

/** Return the quote's nodes with the words marked that the question's words matched. */
export async function explained(service: Service, citation: Citation, answer: Answer, strings: Strings): Promise<(Node | string)[]> {
  const found = await fetched(service, citation, answer, strings);
  if ('notice' in found) return [citation.quote, found.notice];
  return highlighted(found.alignment, citation, answer);
}

/** Return the heat map of a citation, and the quote's nodes with the words marked. */
export async function explainedFully(
  service: Service,
  citation: Citation,
  answer: Answer,
  question: string,
  strings: Strings,
): Promise<{ quote: (Node | string)[]; map: HTMLElement }> {
  const found = await fetched(service, citation, answer, strings);
  if ('notice' in found) return { quote: [citation.quote], map: found.notice };
  return { quote: highlighted(found.alignment, citation, answer), map: heatMap(found.alignment, question, found.passage, strings) };
}

async function fetched(service: Service, citation: Citation, answer: Answer, strings: Strings): Promise<Explained> {
  try {
    const alignment = await service.alignment(answer.message_id, citation.number);
    return { alignment, passage: passageOf(citation, answer.sources)?.text ?? null };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { notice: h('p', { class: 'notice', role: 'alert' }, error.kind === 'server' ? strings.failed : error.words(strings)) };
  }
}

function highlighted(alignment: Alignment, citation: Citation, answer: Answer): (Node | string)[] {
  const passage = passageOf(citation, answer.sources);
  const marks = alignedMarks(alignment, passage?.text ?? null);
  // Without the passage there is no telling where in it the quote begins, unless it is the whole of it.
  return marked(citation.quote, passage ? shifted(marks, citation, passage) : marks);
}
