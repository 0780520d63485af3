/** An icon of the sprite, which lies beside this script. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  svg.setAttribute('class', `lexicon-icon lexicon-icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', `${new URL('./icons.svg', import.meta.url).pathname}#${name}`);
  svg.append(use);
  return svg;
}
