/** A message for the people behind the site, where nobody is there to talk to. */
import type { Chat } from './chatview';
import { button, h } from './dom';
import { Failure } from './failure';
import type { Lead } from './service';
import type { Strings } from './strings';

const NAMED = new Set(['name', 'company', 'message']); // fields that the wire has names of its own for

/** Put the form into a place; it begins with the question that was not answered. */
export function leadForm(chat: Chat, place: HTMLElement, question: string, conversationId: string | null): void {
  const { strings, brand, service } = chat;
  const { fields, required, consent: agreement } = brand.leadForm ?? { fields: ['name', 'message'], required: [] as string[], consent: strings.consent };
  const email = h('input', { type: 'email', name: 'email', required: true, autocomplete: 'email', maxlength: 320 });
  const controls = new Map(fields.filter((name) => name !== 'email').map((name) => [name, control(name, required.includes(name))]));
  const about = controls.get('message');
  if (about) about.value = question;
  const consent = h('input', { type: 'checkbox', name: 'consent', required: true });
  const notice = h('div', { role: 'alert' });
  const privacy = brand.privacyUrl && h('a', { href: brand.privacyUrl, target: '_blank', rel: 'noopener' }, strings.privacy);

  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    submit.disabled = true;
    try {
      await service.leaveMessage({ ...written(controls), email: email.value, consent: consent.checked, conversation_id: conversationId ?? undefined });
      place.replaceChildren(h('p', { class: 'label done', role: 'status', tabindex: -1 }, strings.messageSent));
      (place.firstElementChild as HTMLElement).focus();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      notice.replaceChildren(h('p', { class: 'notice' }, error.kind === 'server' && !error.detail ? strings.failed : error.words(strings)));
      submit.disabled = false;
    }
  };

  const submit = h('button', { class: 'filled' }, strings.submit);
  const cancel = button('outlined', () => place.replaceChildren(), strings.cancel);
  const form = h(
    'form',
    { class: 'form', 'aria-label': strings.leaveMessage, onsubmit: send },
    field(strings.email, email),
    ...[...controls].map(([name, one]) => field(label(name, strings), one)),
    h('label', { class: 'consent' }, consent, h('span', {}, agreement, privacy && ' ', privacy)),
    notice,
    h('div', { class: 'ways' }, submit, cancel),
  );
  place.replaceChildren(form);
  email.focus();
}

const field = (label: string, control: HTMLElement): HTMLElement => h('label', {}, h('span', {}, label), control);

function control(name: string, required: boolean): HTMLInputElement | HTMLTextAreaElement {
  if (name === 'message') return h('textarea', { name, required, rows: 3, maxlength: 4000, dir: 'auto' });
  return h('input', { type: 'text', name, required, autocomplete: { name: 'name', company: 'organization' }[name], maxlength: 200, dir: 'auto' });
}

/** Fields of a site's own are named as it names them. */
function label(name: string, { name: ownName, message }: Strings): string {
  const known: Record<string, string> = { name: ownName, message };
  return known[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
}

/** Return what was written, the fields of a site's own apart. */
function written(controls: Map<string, HTMLInputElement | HTMLTextAreaElement>): Pick<Lead, 'name' | 'company' | 'message' | 'fields'> {
  const all = [...controls].map(([name, { value }]) => [name, value.trim()] as const).filter(([, value]) => value);
  const named = all.filter(([name]) => NAMED.has(name));
  const own = all.filter(([name]) => !NAMED.has(name));
  return { ...Object.fromEntries(named), ...(own.length && { fields: Object.fromEntries(own) }) };
}
