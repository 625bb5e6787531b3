/** A message for the people behind the site, where nobody is there to talk to. */
import type { Chat } from './chatview';
import { button, h } from './dom';
import { Failure } from './failure';

/** Put the form into a place; it begins with the question that was not answered. */
export function leadForm(chat: Chat, place: HTMLElement, question: string, conversationId: string | null): void {
  const { strings, brand, service } = chat;
  const email = h('input', { type: 'email', name: 'email', required: true, autocomplete: 'email', maxlength: 320 });
  const name = h('input', { type: 'text', name: 'name', autocomplete: 'name', maxlength: 200 });
  const message = h('textarea', { name: 'message', rows: 3, maxlength: 4000, dir: 'auto' });
  message.value = question;
  const consent = h('input', { type: 'checkbox', name: 'consent', required: true });
  const notice = h('div', { role: 'alert' });
  const privacy = brand.privacyUrl && h('a', { href: brand.privacyUrl, target: '_blank', rel: 'noopener' }, strings.privacy);

  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    submit.disabled = true;
    try {
      await service.leaveMessage({
        email: email.value,
        name: name.value || undefined,
        message: message.value,
        consent: consent.checked,
        conversation_id: conversationId ?? undefined,
      });
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
    field(strings.name, name),
    field(strings.message, message),
    h('label', { class: 'consent' }, consent, h('span', {}, brand.consent ?? strings.consent, privacy && ' ', privacy)),
    notice,
    h('div', { class: 'ways' }, submit, cancel),
  );
  place.replaceChildren(form);
  email.focus();
}

const field = (label: string, control: HTMLElement): HTMLElement => h('label', {}, h('span', {}, label), control);
