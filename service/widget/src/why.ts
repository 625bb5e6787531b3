/** Why a citation: the words of its quote that the question's words matched, on demand. */
import { alignedMarks } from './alignment';
import { h } from './dom';
import { Failure } from './failure';
import { heatMap } from './heatmap';
import { marked } from './quote';
import type { Service } from './service';
import type { Strings } from './strings';
import type { Alignment, Answer, Citation } from './types';

type Explained = { alignment: Alignment } | { notice: HTMLElement };

/** Return the quote's nodes with the words marked that the question's words matched. */
export async function explained(service: Service, citation: Citation, answer: Answer, strings: Strings): Promise<(Node | string)[]> {
  const found = await fetched(service, citation, answer, strings);
  if ('notice' in found) return [citation.quote, found.notice];
  return highlighted(found.alignment, citation);
}

/** Return the heat map of a citation, and the quote's nodes with the words marked. */
export async function explainedFully(
  service: Service,
  citation: Citation,
  answer: Answer,
  strings: Strings,
): Promise<{ quote: (Node | string)[]; map: HTMLElement }> {
  const found = await fetched(service, citation, answer, strings);
  if ('notice' in found) return { quote: [citation.quote], map: found.notice };
  return { quote: highlighted(found.alignment, citation), map: heatMap(found.alignment, strings) };
}

async function fetched(service: Service, citation: Citation, answer: Answer, strings: Strings): Promise<Explained> {
  try {
    return { alignment: await service.alignment(answer.message_id, citation.number) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { notice: h('p', { class: 'notice', role: 'alert' }, error.kind === 'server' ? strings.failed : error.words(strings)) };
  }
}

const highlighted = (alignment: Alignment, citation: Citation): (Node | string)[] => marked(citation.quote, alignedMarks(alignment));
