import { Announcements, inject, injectable, Lifetime, type Transaction } from '@portico/core';
import type { ListTotal } from '@portico/core/util';

/** Told after the contents of folders of a site changed; the key is the id of the site. */
const topic = 'documents-media.folder-contents';
/** Folders, as those who see the same see them; each a few dozen bytes. */
const mostKept = 10_000;

/** Says in a transaction that folders of a site have other contents after it. */
export function announceContents(transaction: Transaction, siteId: string): void {
  transaction.announce(topic, siteId);
}

/** How many entries each folder has that somebody looked at, until the contents of its site change. */
@injectable()
export class ListTotals {
  private readonly sites = new Map<string, Map<string, ListTotal>>();
  private kept = 0;
  private revision = 0;

  constructor(@inject(Announcements) announcements: Announcements, @inject(Lifetime) lifetime: Lifetime) {
    lifetime.add(announcements.on(topic, (siteId) => this.forget(siteId)));
  }

  /**
   * @param folderId the folder, and who looks at it.
   * @param count asks the database; its answer is not kept when the contents of some site change meanwhile.
   */
  async of(siteId: string, folderId: string, count: () => Promise<ListTotal>): Promise<ListTotal> {
    const known = this.sites.get(siteId)?.get(folderId);
    if (known) return known;
    const { revision } = this;
    const total = await count();
    if (revision === this.revision) this.keep(siteId, folderId, total);
    return total;
  }

  private keep(siteId: string, folderId: string, total: ListTotal): void {
    if (this.kept >= mostKept) {
      this.sites.clear();
      this.kept = 0;
    }
    const folders = this.sites.get(siteId) ?? new Map<string, ListTotal>();
    if (!folders.has(folderId)) this.kept += 1;
    this.sites.set(siteId, folders.set(folderId, total));
  }

  private forget(siteId: string): void {
    this.revision += 1;
    this.kept -= this.sites.get(siteId)?.size ?? 0;
    this.sites.delete(siteId);
  }
}
