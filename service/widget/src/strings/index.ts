/** What the assistant says by itself, in the visitor's language. Each language is loaded when it is needed. */
import type { Brand } from '../brand';
import { en } from './en';

export type Strings = typeof en;

interface Language {
  strings: Strings;
  friendly: Partial<Strings>;
}

const LANGUAGES: Record<string, (() => Promise<Language>) | null> = {
  en: null,
  de: () => import('./de'),
  fr: () => import('./fr'),
  es: () => import('./es'),
  zh: () => import('./zh'),
  ar: () => import('./ar'),
};
const RIGHT_TO_LEFT = new Set(['ar']);

export interface Speech {
  strings: Strings;
  language: string;
  direction: 'ltr' | 'rtl';
}

/** Load the words of the first language that both the site and this widget speak: the page's, then the visitor's. */
export async function speech({ languages, formality }: Brand, pageLanguage: string | undefined): Promise<Speech> {
  const spoken = languages.map(primary).filter((language) => language in LANGUAGES);
  const wanted = [pageLanguage, ...navigator.languages].map((tag) => primary(tag ?? ''));
  const language = wanted.find((one) => (spoken.length ? spoken.includes(one) : one in LANGUAGES)) ?? spoken[0] ?? 'en';
  const loaded = await LANGUAGES[language]?.();
  const strings = { ...en, ...loaded?.strings, ...(formality === 'friendly' && loaded?.friendly) };
  return { strings, language, direction: RIGHT_TO_LEFT.has(language) ? 'rtl' : 'ltr' };
}

const primary = (tag: string): string => tag.toLowerCase().split('-')[0] ?? '';

/** Put a number or a name into a text. */
export const fill = (text: string, value: string | number): string => text.replace('{n}', () => String(value));
