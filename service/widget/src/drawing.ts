/** Drawings: strokes on a grid of 24. */
const SVG = 'http://www.w3.org/2000/svg';

export function drawing(name: string, path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  const stroke = document.createElementNS(SVG, 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('data-icon', name);
  stroke.setAttribute('d', path);
  svg.append(stroke);
  return svg;
}
