import { toastNext } from '@portico/core/client';
import type { AddedDocument, AddedNotice, DocumentsAdded } from '@portico/documents-media/api';

/** What became of Add Selected. */
export interface Adding {
  readonly documents: readonly AddedDocument[];
  readonly failed: readonly unknown[];
  readonly sentence: string;
  /** Address of the folder where they are. */
  readonly place: string;
}

/** What the dialog added and has not told yet. */
export class Added {
  private readonly documents: AddedDocument[] = [];
  private notice: AddedNotice | undefined;

  /** The sentence is told of all that were added at once; after several times, or when some failed, the list has words of its own. */
  keep({ documents, failed, sentence, place }: Adding, text: string): void {
    const isAll = this.documents.length === 0 && failed.length === 0;
    this.notice = isAll ? { sentence, place: { href: place, text } } : undefined;
    this.documents.push(...documents);
  }

  /** One that was there already. */
  choose(document: AddedDocument): void {
    this.notice = undefined;
    this.documents.push(document);
  }

  /** Tells whoever shows, or asked for, such documents. */
  tell(from: Element): void {
    if (this.documents.length === 0) return;
    const { notice } = this;
    const detail: DocumentsAdded = { documents: this.documents.splice(0), ...(notice && { notice }) };
    from.dispatchEvent(new CustomEvent('portico:documents-added', { bubbles: true, cancelable: true, detail }));
  }

  /** From a page of its own back to where its reader came from, where it is said. */
  leaveFor(href: string): void {
    if (this.notice) {
      const { sentence, place } = this.notice;
      toastNext(sentence, 'success', place.href === href ? undefined : place);
    }
    location.assign(href);
  }
}
