/** The prose of a page: its text, section by section, without links, headings, code, controls and navigation. */

const NO_PROSE = [
  'a, button, h1, h2, h3, h4, h5, h6, code, pre, kbd, samp, var, script, style, noscript, template, textarea, input, select, option, label, summary',
  'svg, math, canvas, iframe, object, video, audio, nav, footer, menu, dfn, glossator-chat',
  '[role="button"], [role="link"], [role="heading"], [role="navigation"], [role="menu"], [role="tab"], [role="textbox"], [aria-hidden="true"]',
  '[hidden], [contenteditable]:not([contenteditable="false"]), [data-glossary="off"]',
].join();
const SECTION = 'h1, h2, h3, h4, h5, h6, [role="heading"], section, article, main';

/** A piece of text, with whether a section begins before it. */
export interface Piece {
  text: Text;
  begins: boolean;
}

/** Yield the texts of a page's prose in their order. */
export function* prose(root: Element): Generator<Piece> {
  let begins = true;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => {
    if (!(node instanceof Element)) return NodeFilter.FILTER_ACCEPT;
    if (node.matches(SECTION)) begins = true;
    return node.matches(NO_PROSE) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
  });
  while (walker.nextNode()) {
    yield { text: walker.currentNode as Text, begins };
    begins = false;
  }
}
