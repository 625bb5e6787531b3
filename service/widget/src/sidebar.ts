/** The list of conversations beside the full page's chat; over it where the screen is small. */
import type { Chat } from './chatview';
import type { Conversations } from './conversations';
import { button, h, list } from './dom';
import { icon, iconButton } from './icon';
import { fill, type Strings } from './strings';

export class Sidebar {
  readonly element: HTMLElement;
  readonly #items = h('div', { class: 'items' });

  constructor(
    private readonly conversations: Conversations,
    private readonly chat: Chat,
    private readonly strings: Strings,
  ) {
    const fresh = button('fresh-button', () => this.#leave(() => chat.startAfresh()), icon('fresh'), strings.fresh);
    const bar = h('div', { class: 'sidebar-bar' }, h('h2', { class: 'caption' }, strings.conversations), iconButton('narrow-only', strings.close, 'close', () => this.element.hidePopover()));
    this.element = h('nav', { id: 'conversations', class: 'sidebar', 'aria-label': strings.conversations, popover: 'auto' }, bar, fresh, this.#items);
    conversations.addEventListener('change', () => this.#render());
    this.#render();
  }

  #render(): void {
    const all = this.conversations.all();
    const items = all.map(({ id, title }) => {
      const open = button('conversation', () => this.#leave(() => this.chat.switchTo(this.conversations.pick(id))), h('span', { dir: 'auto' }, title));
      open.setAttribute('aria-current', String(id === this.conversations.current));
      const remove = iconButton('', fill(this.strings.remove, title), 'remove', () => this.#remove(id));
      return h('div', { class: 'conversation-row' }, open, remove);
    });
    this.#items.replaceChildren(all.length ? list('conversations', items) : h('p', { class: 'aside' }, this.strings.none));
  }

  #remove(id: string): void {
    const shown = id === this.conversations.current;
    this.conversations.remove(id);
    if (shown) this.chat.switchTo(null);
    this.element.querySelector('button')?.focus();
  }

  /** Act, and get out of the way. */
  #leave(act: () => void): void {
    if (this.element.matches(':popover-open')) this.element.hidePopover();
    act();
  }
}
