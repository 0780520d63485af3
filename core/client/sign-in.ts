import { element } from './dom.js';
import type { ToastLink } from './toast.js';
import { portalMessage } from './translator.js';

/** The sign-in page, and afterwards this one again. For those whose session has ended meanwhile. */
export function signInAddress(): ToastLink {
  const here = location.pathname + location.search;
  return { href: `/sign-in?next=${encodeURIComponent(here)}`, text: portalMessage('sign-in') };
}

/** A link there. */
export function signInLink(className: string): HTMLAnchorElement {
  const { href, text } = signInAddress();
  return element('a', { class: className, href }, text);
}
