/** The look of a document of our own: the brand's colours, theme and font, and the visitor's language. */
import type { Brand } from './brand';
import { accentRules } from './color';
import { sheet } from './dom';
import type { Speech } from './strings';
import chatCss from './style/chat.css';
import panelCss from './style/panel.css';
import tokensCss from './style/tokens.css';

export function dress(brand: Brand, { language, direction }: Speech, ...more: string[]): void {
  document.title = brand.title;
  document.documentElement.lang = language;
  document.documentElement.dir = direction;
  const scheme = brand.theme === 'auto' ? '' : `:root{color-scheme:${brand.theme}}`;
  const font = brand.font ? `.app{--brand-font:${brand.font}}` : '';
  const sheets = [tokensCss, panelCss, chatCss, ...more, accentRules(brand.color, '.app') + scheme + font];
  document.adoptedStyleSheets = sheets.map(sheet);
}
