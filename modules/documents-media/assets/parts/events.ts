import type { AddedDocument, DocumentsAdded } from '../../api/new-menu.js';

export type { AddedDocument, DocumentsAdded };

/** Tells the page, or the selector, what was added; false when somebody took care of it. */
export function dispatchAdded(from: Element, detail: DocumentsAdded): boolean {
  return from.dispatchEvent(
    new CustomEvent<DocumentsAdded>('portico:documents-added', { bubbles: true, cancelable: true, detail }),
  );
}
