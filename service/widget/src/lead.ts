/** A message for the people behind the site: a form that is offered when the site wants it, or where nobody is there. */
import type { Chat } from './chatview';
import { button, focusedIn, h } from './dom';
import { Failure } from './failure';
import { fill, type Strings } from './strings';

const NAMED = new Set(['name', 'company', 'message']); // fields that the wire has names of its own for

type Control = HTMLInputElement | HTMLTextAreaElement;

interface Lead {
  email: string;
  consent: boolean;
  conversation_id?: string | undefined;
  name?: string;
  company?: string;
  message?: string;
  /** What else the site's form asks for. */
  fields?: Record<string, string>;
}

/** On what occasion the form is shown. */
export interface Occasion {
  /** What the message begins with. */
  question?: string;
  conversationId: string | null;
  /** What is asked, above the fields. */
  intro?: string;
  /** How the visitor gets past the form; null where they must not. */
  cancel: string | null;
  /** Fields that it leaves out. */
  without?: string[];
  /** What is said once it has been sent. */
  thanks?: string;
  /** Called once it has been sent or passed over. */
  done?: (sent: boolean) => void;
}

/** Put the site's form into a place. */
export function leadForm(chat: Chat, place: HTMLElement, occasion: Occasion): void {
  const { strings, brand, service } = chat;
  const { question, conversationId, without = [] } = occasion;
  const { fields, required, consent: agreement } = brand.leadForm ?? { fields: ['name', 'message'], required: [] as string[], consent: strings.consent };
  const email = h('input', { type: 'email', name: 'email', required: true, autocomplete: 'email', maxlength: 320 });
  const asked = fields.filter((name) => name !== 'email' && !without.includes(name));
  const controls = new Map(asked.map((name) => [name, control(name, required.includes(name))]));
  const about = controls.get('message');
  if (about && question) about.value = question;
  const consent = h('input', { type: 'checkbox', name: 'consent', required: true });
  const parts = [
    field(strings.email, email),
    ...[...controls].map(([name, one]) => field(label(name, one.required, strings), one)),
    h('label', { class: 'consent' }, consent, h('span', {}, agreement, privacyLink(chat, ' '))),
  ];
  const lead = (): Lead => ({ ...written(controls), email: email.value, consent: consent.checked, conversation_id: conversationId ?? undefined });
  show(chat, place, parts, () => service.post('/v1/leads', lead()), occasion);
}

/** Put a form into a place by which visitors ask for a person of a site that takes no addresses: how may they be reached? */
export function contactForm(chat: Chat, place: HTMLElement, question: string, ask: (reason: string, contact: string) => Promise<unknown>, done: () => void): void {
  const { strings } = chat;
  const contact = h('input', { type: 'text', name: 'contact', required: true, autocomplete: 'email', maxlength: 320, dir: 'auto' });
  const reason = control('message', false);
  reason.maxLength = 2000;
  reason.value = question.slice(0, 2000);
  const parts = [field(strings.contact, contact), field(label('message', false, strings), reason), privacyLink(chat)];
  show(chat, place, parts, () => ask(reason.value.trim(), contact.value.trim()), { conversationId: null, cancel: strings.cancel, done: (sent) => sent && done() });
}

/** Show a form; `send` throws Failure. */
function show(chat: Chat, place: HTMLElement, parts: (HTMLElement | null)[], send: () => Promise<unknown>, { intro, cancel, thanks, done }: Occasion): void {
  const { strings } = chat;
  const opener = focusedIn(place);
  const notice = h('div', { role: 'alert' });
  const submit = h('button', { class: 'filled' }, strings.submit);
  const onsubmit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    submit.disabled = true;
    try {
      await send();
      const sent = h('p', { class: 'label done', role: 'status', tabindex: -1 }, thanks ?? strings.messageSent);
      place.replaceChildren(sent);
      sent.focus();
      done?.(true);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      notice.replaceChildren(h('p', { class: 'notice' }, error.kind === 'server' && !error.detail ? strings.failed : error.words(strings)));
      submit.disabled = false;
    }
  };
  const leave = (): void => {
    place.replaceChildren();
    if (opener instanceof HTMLElement) opener.focus();
    done?.(false);
  };
  const past = cancel !== null && button('outlined', leave, cancel);
  const above = intro && h('p', { class: 'intro-line', id: 'form-intro' }, intro);
  const named = intro ? { 'aria-labelledby': 'form-intro' } : { 'aria-label': strings.leaveMessage };
  place.replaceChildren(h('form', { class: 'form', ...named, onsubmit }, above, ...parts, notice, h('div', { class: 'ways' }, submit, past)));
}

const field = (label: string, control: HTMLElement): HTMLElement => h('label', {}, h('span', {}, label), control);

function privacyLink({ brand, strings }: Chat, before = ''): HTMLElement | null {
  return brand.privacyUrl === null ? null : h('span', {}, before, h('a', { href: brand.privacyUrl, target: '_blank', rel: 'noopener' }, strings.privacy));
}

function control(name: string, required: boolean): Control {
  if (name === 'message') return h('textarea', { name, required, rows: 3, maxlength: 4000, dir: 'auto' });
  return h('input', { type: 'text', name, required, autocomplete: { name: 'name', company: 'organization' }[name], maxlength: 200, dir: 'auto' });
}

/** Fields of a site's own are named as it names them. */
function label(name: string, required: boolean, { name: ownName, company, message, optional }: Strings): string {
  const known: Record<string, string> = { name: ownName, company, message };
  const text = known[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
  return required ? text : fill(optional, text);
}

/** Return what was written, the fields of a site's own apart. */
function written(controls: Map<string, Control>): Pick<Lead, 'name' | 'company' | 'message' | 'fields'> {
  const all = [...controls].map(([name, { value }]) => [name, value.trim()] as const).filter(([, value]) => value);
  const named = all.filter(([name]) => NAMED.has(name));
  const own = all.filter(([name]) => !NAMED.has(name));
  return { ...Object.fromEntries(named), ...(own.length && { fields: Object.fromEntries(own) }) };
}
