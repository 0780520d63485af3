import { inject, injectable, type Reader, type SiteContent, type SqlValue, type Transaction } from '@portico/core';
import { personalRows } from '@portico/core/util';
import { announceContents } from './list-totals.js';
import { Rules } from './rules.js';

/** The documents and folders of a site, with their files, as it is erased. */
@injectable()
export class SiteDocuments implements SiteContent {
  readonly label = 'site.documents';

  constructor(@inject(Rules) private readonly rules: Rules) {}

  async count(reader: Reader, siteId: string): Promise<number> {
    const [row] = await reader.query<{ count: number | string }>(
      'SELECT count(*) AS count FROM documents_media_document WHERE site_id = ?',
      [siteId],
    );
    return Number(row?.count ?? 0);
  }

  async erase(transaction: Transaction, siteId: string, limit: number): Promise<number> {
    return (
      (await this.eraseDocuments(transaction, siteId, limit)) ||
      (await eraseFolders(transaction, siteId, limit)) ||
      (await this.rules.eraseAll(transaction, siteId)) ||
      eraseStorage(transaction, siteId)
    );
  }

  private async eraseDocuments(transaction: Transaction, siteId: string, limit: number): Promise<number> {
    const rows = await transaction.query<{ id: string }>(
      'SELECT id FROM documents_media_document WHERE site_id = ? ORDER BY id LIMIT ?',
      [siteId, limit],
    );
    if (rows.length === 0) return 0;
    const ids = rows.map(({ id }) => id);
    const those = `(${ids.map(() => '?').join(', ')})`;
    const versions = `SELECT blob_id FROM documents_media_document_version WHERE document_id IN ${those}`;
    const blobs = await transaction.query<{ id: string }>(
      `SELECT blob_id AS id FROM documents_media_document_version WHERE document_id IN ${those}
       UNION SELECT blob_id FROM documents_media_rendition WHERE source_blob_id IN (${versions})`,
      [...ids, ...ids],
    );
    await transaction.query(`DELETE FROM documents_media_rendition WHERE source_blob_id IN (${versions})`, ids);
    await transaction.query(`DELETE FROM documents_media_document_version WHERE document_id IN ${those}`, ids);
    await transaction.query(`DELETE FROM documents_media_metadata_word WHERE document_id IN ${those}`, ids);
    await transaction.query(`DELETE FROM documents_media_document WHERE id IN ${those}`, ids);
    for (const { id } of blobs) await transaction.dropBlob(id);
    announceContents(transaction, siteId);
    return ids.length;
  }
}

async function eraseFolders(transaction: Transaction, siteId: string, limit: number): Promise<number> {
  const values: readonly SqlValue[] = [siteId, siteId, limit];
  // The lowest first: a folder may name the one that it lies in.
  const rows = await transaction.query<{ id: string }>(
    `SELECT id FROM documents_media_folder WHERE site_id = ?
       AND id NOT IN (SELECT parent_id FROM documents_media_folder WHERE site_id = ?) ORDER BY id LIMIT ?`,
    values,
  );
  if (rows.length === 0) return 0;
  const ids = rows.map(({ id }) => id);
  await transaction.query(`DELETE FROM documents_media_folder WHERE id IN (${ids.map(() => '?').join(', ')})`, ids);
  return ids.length;
}

async function eraseStorage(transaction: Transaction, siteId: string): Promise<number> {
  const rows = await transaction.query('SELECT 1 AS there FROM documents_media_site_storage WHERE site_id = ?', [siteId]);
  if (rows.length > 0) await transaction.query('DELETE FROM documents_media_site_storage WHERE site_id = ?', [siteId]);
  return rows.length;
}

/** The documents that somebody added. They stay when the person goes. */
export const personalDocuments = personalRows({
  key: 'documents',
  label: 'site.documents',
  table: 'documents_media_document',
  owner: 'created_by',
  columns: {
    site: 'site_id',
    name: 'name',
    mimeType: 'mime_type',
    size: 'size',
    createdAt: 'created_at',
    modifiedAt: 'modified_at',
  },
  times: ['createdAt', 'modifiedAt'],
  alsoOwned: ['documents_media_document_version.created_by', 'documents_media_folder.created_by'],
});
