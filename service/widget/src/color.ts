/** Colour and contrast: an accent colour becomes one that meets WCAG 2.2 AA in light and dark. */

type Rgb = readonly [number, number, number];

const DEFAULT_ACCENT: Rgb = [44, 82, 106];
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
// The backgrounds on which accent-coloured text is hardest to read: --tint of base.css in light and in dark.
const LIGHT_TINT: Rgb = [241, 239, 234];
const DARK_TINT: Rgb = [44, 42, 39];
const TEXT = 4.6; // a little more than the 4.5 that AA asks of text, since colours are rounded
const SHAPE = 3.05; // likewise for the 3 that it asks of controls

/** Read a colour that a canvas understands; null for anything else, and for one that lets through what is behind it. */
export function parseColor(value: string | null | undefined): Rgb | null {
  if (!value || !CSS.supports('color', value)) return null;
  const pen = document.createElement('canvas').getContext('2d');
  if (!pen) return null;
  pen.fillStyle = value; // reads back as #rrggbb
  const pairs = /^#(..)(..)(..)$/.exec(pen.fillStyle);
  return pairs && [hex(pairs[1]), hex(pairs[2]), hex(pairs[3])];
}

const hex = (pair: string | undefined): number => parseInt(pair ?? '0', 16);

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(color: Rgb): number {
  const [r, g, b] = color.map((part) => (part <= 10 ? part / 3294 : ((part / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(one: Rgb, other: Rgb): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Move a colour towards black or white until it stands out from a background. */
function readable(color: Rgb, background: Rgb, towards: Rgb, ratio: number): Rgb {
  let found = color;
  for (let share = 0.05; contrast(found, background) < ratio && share <= 1; share += 0.05) {
    found = color.map((part, i) => Math.round(part + (towards[i]! - part) * share)) as unknown as Rgb;
  }
  return found;
}

/** Return the rules of one accent colour: fills, text in it and text on it. */
export function accentRules(value: string | null | undefined, selector: string): string {
  const accent = parseColor(value) ?? DEFAULT_ACCENT;
  const fills = [readable(accent, LIGHT_TINT, BLACK, SHAPE), readable(accent, DARK_TINT, WHITE, SHAPE)] as const;
  const texts = [readable(accent, LIGHT_TINT, BLACK, TEXT), readable(accent, DARK_TINT, WHITE, TEXT)] as const;
  const on = fills.map((fill) => (contrast(fill, WHITE) >= 4.5 ? WHITE : BLACK)) as [Rgb, Rgb];
  return `${selector}{--accent:${pair(fills)};--on-accent:${pair(on)};--accent-text:${pair(texts)}}`;
}

const pair = ([light, dark]: readonly [Rgb, Rgb]): string => `light-dark(rgb(${light}),rgb(${dark}))`;
