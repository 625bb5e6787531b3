/** The panel that the launcher opens: a dialog beside the page, or over all of it where the screen is small. */
import { h } from './dom';
import type { Emit } from './events';
import { iconButton } from './icon';
import { tab, write } from './keeper';
import { isNarrow } from './narrow';
import type { Strings } from './strings';

export class Panel {
  readonly element: HTMLDialogElement;
  readonly heading: HTMLElement;

  constructor(
    title: string,
    strings: Strings,
    content: HTMLElement,
    private readonly toggle: HTMLElement,
    private readonly key: string,
    private readonly emit: Emit,
    private readonly onOpen: () => void,
    private readonly onClose: () => void,
    onFresh?: () => void,
  ) {
    this.heading = h('h2', { id: 'heading', tabindex: -1 }, title);
    const fresh = onFresh && iconButton('fresh', strings.fresh, 'fresh', onFresh);
    const bar = h('div', { class: 'bar' }, this.heading, fresh, iconButton('', strings.close, 'close', () => this.close()));
    this.element = h('dialog', { id: 'panel', class: 'panel', popover: 'manual', role: 'dialog', 'aria-labelledby': 'heading' }, bar, content);
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
    this.element.addEventListener('cancel', (event) => {
      event.preventDefault(); // a phone's way back
      this.close();
    });
  }

  get isOpen(): boolean {
    return this.element.open || this.element.matches(':popover-open');
  }

  /** Whether it covers the page. */
  get covers(): boolean {
    return isNarrow();
  }

  /** Open it in the top layer, which no z-index of the page reaches. Over the whole page it keeps the focus in it. */
  open(): void {
    if (this.isOpen) return;
    if (this.covers) {
      this.element.showModal();
    } else {
      this.element.inert = true; // or else the browser moves the focus into it, of a panel that opens by itself too
      this.element.showPopover();
      this.element.inert = false;
    }
    this.toggle.setAttribute('aria-expanded', 'true');
    this.onOpen();
    this.#keep(true);
    this.emit('open');
  }

  close(): void {
    if (!this.isOpen) return;
    const focused = this.element.matches(':focus-within');
    this.onClose();
    if (this.element.open) this.element.close();
    else this.element.hidePopover();
    this.toggle.setAttribute('aria-expanded', 'false');
    if (focused) this.toggle.focus();
    this.#keep(false);
    this.emit('close');
  }

  /** Keep for the next page how the visitor left it: nothing before they did anything, nor when the page takes it away. */
  #keep(open: boolean): void {
    if (navigator.userActivation?.hasBeenActive && this.element.isConnected) write(tab, this.key, open);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    this.close();
  }
}
