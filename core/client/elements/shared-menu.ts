import { element } from '../dom.js';

const place = /\{(\w+)\}/g;

/** Puts a button with a menu yet to be filled where a row of a list has a button that leads to a page, which is what there is without scripts. */
export function replaceForm(form: HTMLFormElement): void {
  const plain = form.querySelector('button');
  if (!plain) return;
  const isFocused = document.activeElement === plain;
  const button = element(
    'summary',
    { class: plain.className, role: 'button', 'aria-label': plain.getAttribute('aria-label') ?? undefined },
    ...plain.childNodes,
  );
  const list = element('ul', { class: 'dropdown-menu dropdown-menu-right' });
  form.replaceWith(element('details', { class: 'dropdown' }, button, list));
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
