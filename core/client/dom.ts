import { nameParts } from '../util/text.js';

let counter = 0;

export function uniqueId(prefix: string): string {
  counter += 1;
  return `${prefix}-${counter}`;
}

/** Makes an element with attributes and children; text is always text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const focusables =
  'a[href], button:not(:disabled), input:not(:disabled):not([type="hidden"]), select:not(:disabled), textarea:not(:disabled), summary, [tabindex]:not([tabindex="-1"]), [contenteditable="true"]';

/** What the Tab key reaches inside, in order. */
export function focusableIn(root: Element): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(focusables)].filter((found) => found.checkVisibility());
}

/** A key as it is where lines run from left to right: the arrow that points forward along the line is `ArrowRight` in every language. */
export function lineKey({ key }: Pick<KeyboardEvent, 'key'>): string {
  if (document.documentElement.dir !== 'rtl') return key;
  return { ArrowLeft: 'ArrowRight', ArrowRight: 'ArrowLeft' }[key] ?? key;
}

/** Gives focus back to where a dialog or menu was opened, or to the button of the menu that hides it now. */
export function giveFocusBack(to: HTMLElement | undefined): void {
  if (!to?.isConnected) return;
  const target = to.checkVisibility() ? to : to.closest('details')?.querySelector<HTMLElement>('summary');
  target?.focus();
}

/** What the helper `cut` of views writes, for a name that a script shows. */
export function cutName(name: string): Node {
  const parts = nameParts(name);
  if (!parts) return document.createTextNode(name);
  const cut = document.createElement('portico-cut');
  for (const part of parts) cut.append(Object.assign(document.createElement('span'), { textContent: part }));
  return cut;
}
