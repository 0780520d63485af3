import type { Reader, Transaction } from './persistence.js';
import { type ExtensionPoint, extensionPoint } from './tokens.js';

/**
 * What a module keeps of a site: counted for who is about to delete the site, and erased when its time in the trash is over. Every module with rows that
 * carry the id of a site contributes one; the portal's own entries about what happened there stay (`AuditLog`).
 */
export interface SiteContent {
  /** Message key of what people call it, e.g. "Documents". */
  readonly label: string;
  /** How much there is, in the units that people count. */
  count(reader: Reader, siteId: string): Promise<number>;
  /**
   * Erases some of it with the caller's transaction, with files and all that hangs on it. Answers how many rows it took; 0 when nothing is left.
   * What the module keeps of the site in memory goes after the commit.
   * @param limit about how many rows, so that others may write in between.
   */
  erase(transaction: Transaction, siteId: string, limit: number): Promise<number>;
}

/** Hosted by the module that keeps sites. */
export const SiteContents: ExtensionPoint<SiteContent> = extensionPoint('portico.site-contents', {
  requires: { label: 'text', count: 'function', erase: 'function' },
});
