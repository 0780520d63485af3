import type { AddedDocument, DocumentsAdded } from '../../api/new-menu.js';

export type { AddedDocument, DocumentsAdded };

/** Tells the page, or the selector, what was added; false when somebody took care of it. */
export function dispatchAdded(from: Element, detail: DocumentsAdded): boolean {
  return from.dispatchEvent(
    new CustomEvent<DocumentsAdded>('portico:documents-added', { bubbles: true, cancelable: true, detail }),
  );
}

/** The address of a list that shows first what was added. */
export function withAdded(href: string, documents: readonly AddedDocument[]): string {
  const url = new URL(href, location.href);
  url.searchParams.set('added', documents.map(({ id }) => id).join(','));
  return url.pathname + url.search;
}
