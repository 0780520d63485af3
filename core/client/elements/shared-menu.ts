import { element } from '../dom.js';

const place = /\{(\w+)\}/g;

/** Puts a button with a menu yet to be filled where a row of a list has a plain link, which is what there is without scripts. */
export function replaceLink(link: HTMLAnchorElement): void {
  const isFocused = document.activeElement === link;
  const button = element(
    'summary',
    { class: link.className, role: 'button', 'aria-label': link.getAttribute('aria-label') ?? undefined },
    ...link.childNodes,
  );
  const list = element('ul', { class: 'dropdown-menu dropdown-menu-right' });
  link.replaceWith(element('details', { class: 'dropdown' }, button, list));
  if (isFocused) button.focus();
}

/**
 * The entries of a menu that all rows of a list share: the page has them once, as a template whose attributes name what a row fills in,
 * e.g. `href="{href}/delete"`.
 */
export function sharedEntries(
  template: HTMLTemplateElement,
  values: Readonly<Record<string, string | undefined>>,
): DocumentFragment {
  const entries = document.importNode(template.content, true);
  for (const entry of entries.querySelectorAll('*')) {
    for (const { name, value } of entry.attributes) {
      if (value.includes('{'))
        entry.setAttribute(
          name,
          value.replace(place, (written, key: string) => values[key] ?? written),
        );
    }
  }
  return entries;
}
