/** The brand: what the site says of itself, overridden by the attributes of its tag. */
import { webAddress } from './address';
import type { Features, LeadForm, SiteReply } from './types';

export interface Brand {
  title: string;
  greeting: string | null;
  starters: string[];
  color: string | null;
  logo: string | null;
  font: string | null;
  position: 'right' | 'left';
  theme: 'auto' | 'light' | 'dark';
  formality: 'formal' | 'friendly';
  languages: string[];
  privacyUrl: string | null;
  /** What visitors are asked who leave a message. */
  leadForm: LeadForm | null;
  sessionRequired: boolean;
  /** Whether somebody is there to take over, as far as this is known when the page is loaded. */
  personThere: boolean;
  personByRule: boolean;
  features: Partial<Features>;
}

const FONT = /^[\p{L}\p{N} ,'"-]{1,200}$/u; // names of fonts and nothing that could end a declaration

const oneOf = <T extends string>(value: string | null | undefined, choices: readonly T[]): T | null => choices.find((choice) => choice === value) ?? null;

/** Join both; `site` is null where the service could not be reached. */
export function brandOf(site: SiteReply | null, given: DOMStringMap): Brand {
  const starters = given.exampleQuestions?.split('|').map((text) => text.trim()).filter(Boolean);
  const font = given.font || site?.font || '';
  return {
    title: given.title || site?.title || 'Glossator',
    greeting: given.greeting || site?.greeting || null,
    starters: starters ?? site?.suggestions ?? [],
    color: given.color || site?.color || null,
    logo: webAddress(given.logo || site?.logo),
    font: FONT.test(font) ? font : null,
    position: oneOf(given.position || site?.position, ['right', 'left']) ?? 'right',
    theme: oneOf(given.theme || site?.theme, ['auto', 'light', 'dark']) ?? 'auto',
    formality: oneOf(given.formality || site?.formality, ['formal', 'friendly']) ?? 'formal',
    languages: given.language ? [given.language] : (site?.languages ?? []),
    privacyUrl: webAddress(site?.privacy_url),
    leadForm: site?.lead_form ?? null,
    sessionRequired: site?.session_required ?? false,
    personThere: site?.person_there ?? false,
    personByRule: site?.person_by_rule ?? false,
    features: site?.features ?? {},
  };
}
