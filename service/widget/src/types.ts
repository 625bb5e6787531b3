/** The values of the wire by their own names; wire.ts is made from docs/openapi.json. */
import type { components } from './wire';

type Schemas = components['schemas'];

export type Alignment = Schemas['AlignmentReply'];
export type Answer = Schemas['Answer'];
export type Citation = Schemas['Citation'];
export type Features = Schemas['Features'];
export type HandoffReply = Schemas['HandoffReply'];
export type LeadForm = Schemas['LeadForm'];
export type PageReply = Schemas['PageReply'];
export type SearchReply = Schemas['SearchReply'];
export type SearchResult = Schemas['SearchResult'];
export type SharedAnswer = Schemas['SharedAnswer'];
export type SiteReply = Schemas['SiteReply'];
export type TermItem = Schemas['TermItem'];
export type TermList = Schemas['TermList'];
export type VisitorConversation = Schemas['VisitorConversation'];
export type VisitorHandoff = Schemas['VisitorHandoff'];
export type VisitorMessage = Schemas['VisitorMessage'];

/** A stretch of a page: what a citation and a source have in common. */
export type Place = Pick<Citation, 'page_id' | 'collection' | 'title' | 'link' | 'heading' | 'start' | 'end'>;
