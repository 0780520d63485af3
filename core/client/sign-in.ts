import { element } from './dom.js';
import { word } from './words.js';

/** Leads to the sign-in page and, afterwards, back to this one. For those whose session has ended meanwhile. */
export function signInLink(className: string): HTMLAnchorElement {
  const here = location.pathname + location.search;
  return element('a', { class: className, href: `/sign-in?next=${encodeURIComponent(here)}` }, word('sign-in'));
}
