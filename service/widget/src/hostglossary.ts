/** The glossary on the page around: its terms are underlined where they first stand in each section, and explained
 * on demand.
 *
 * The page's own nodes are never touched. Terms are painted by the CSS Custom Highlight API, so that nothing moves and no
 * framework finds its text changed; a pointer finds them by its position, the keyboard through a toolbar of them at the end of
 * the page.
 */
import { Automaton } from './automaton';
import { sheet } from './dom';
import { Failure } from './failure';
import type { Host } from './host';
import { Service } from './service';
import { fill, speech } from './strings';
import glossaryCss from './style/glossary.css';
import tokensCss from './style/tokens.css';
import { TermBar } from './termbar';
import { TermCard } from './termcard';
import { type Place, TermFinder } from './termfinder';
import { TermPointer } from './termpointer';
import type { TermItem } from './types';

export interface GlossaryHost extends Omit<Host, 'toggle' | 'emit'> {
  mode: 'hover' | 'link';
  ask: (question: string) => void;
}

const A_PART = 200; // terms that one request brings
const MOST_TERMS = 20_000;

/** Mark the terms of a site on this page. */
export async function markTerms({ root, sheets, api, site, brand, language, mode, ask }: GlossaryHost): Promise<void> {
  if (!('highlights' in CSS)) return; // an older browser shows the page as it is
  try {
    const [terms, { strings }] = await Promise.all([allTerms(new Service(api, site, brand.sessionRequired)), speech(brand, language)]);
    const card = new TermCard(strings, (term) => ask(fill(strings.whatIs, term.name)));
    const pointer = new TermPointer(mode, card);
    const choose = (place: Place): void => {
      pointer.choose(place);
      card.focus();
    };
    const bar = new TermBar(strings.termsOnPage, choose, () => card.hide());
    const own = sheet(tokensCss + glossaryCss);
    sheets.push(own);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, own];
    root.append(bar.element, card.element);
    new TermFinder(new Automaton(terms), (places) => {
      pointer.places = places;
      bar.places = places;
    }).watch(document.body);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.warn(`Glossator: the glossary cannot be shown on this page: ${error.message}`);
  }
}

async function allTerms(service: Service): Promise<TermItem[]> {
  const terms: TermItem[] = [];
  let cursor: string | null = null;
  do {
    const part = await service.terms('', A_PART, cursor);
    terms.push(...part.items);
    cursor = part.next;
  } while (cursor && terms.length < MOST_TERMS);
  return terms;
}
