import type { AddedDocument, DocumentsAdded } from '../../api/new-menu.js';

export type { AddedDocument, DocumentsAdded };

/** Tells the page, or the selector, what was added; false when somebody took care of it. */
export function tellAdded(from: Element, detail: DocumentsAdded): boolean {
  return from.dispatchEvent(
    new CustomEvent<DocumentsAdded>('portico:documents-added', { bubbles: true, cancelable: true, detail }),
  );
}

/** Fills `{name}` in a word of the server. */
export function fill(word: string | undefined, values: Readonly<Record<string, string | number>>): string {
  return (word ?? '').replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}

export function messagesOf(element: HTMLElement): Readonly<Record<string, string>> {
  return JSON.parse(element.dataset.words ?? '{}') as Record<string, string>;
}
