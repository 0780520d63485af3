/** An icon of the portal's sprite, whose address the page says. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  svg.setAttribute('class', `lexicon-icon lexicon-icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', `${document.querySelector<HTMLMetaElement>('meta[name="portico-icons"]')?.content ?? ''}#${name}`);
  svg.append(use);
  return svg;
}
