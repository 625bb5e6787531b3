/** Elements, made one by one: no text ever becomes markup. */

type Child = Node | string | number | null | undefined | false;
type Value = string | number | boolean | null | undefined;
type Listener = (event: never) => unknown;

/** Make an element. Functions are listeners of the event that they are named for ("onclick"); null and false leave out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Value | Listener> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener);
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...present(children));
  return element;
}

/** Leave out what is not there. */
export function present(children: Child[]): (Node | string)[] {
  return children.filter((child) => child !== null && child !== undefined && child !== false).map((child) => (child instanceof Node ? child : String(child)));
}

export function button(kind: string, onclick: Listener, ...children: Child[]): HTMLButtonElement {
  return h('button', { type: 'button', class: kind, onclick }, ...children);
}

export function list(kind: string, items: Child[]): HTMLUListElement {
  return h('ul', { class: kind }, ...items.map((item) => h('li', {}, item)));
}

export const caption = (text: string): HTMLParagraphElement => h('p', { class: 'caption' }, text);
export const unseen = (text: string): HTMLSpanElement => h('span', { class: 'unseen' }, text);

/** Make a style sheet that a root can adopt; no policy of the page around forbids that. */
export function sheet(css: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

/** Return the element that has the focus in the tree of a node, or null. */
export function focusedIn(node: Node): Element | null {
  return (node.getRootNode() as Document | ShadowRoot).activeElement;
}
