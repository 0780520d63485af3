import { inject, injectable, Messages, notFound, PortalError, type Reader, SiteDirectory, type Transaction } from '@portico/core';
import { LimitSettings } from './limit-settings.js';

type Queries = Pick<Reader, 'query'>;

/** What is about to be added. */
export interface StorageRequest {
  readonly siteId: string;
  /** Of the file, for the sentence. */
  readonly name: string;
  readonly locale: string;
}

const addSql = `INSERT INTO documents_media_site_storage (site_id, bytes, changes) VALUES (?, ?, 1)
  ON CONFLICT (site_id) DO UPDATE SET bytes = documents_media_site_storage.bytes + excluded.bytes, changes = documents_media_site_storage.changes + 1`;

/**
 * What the files of a site take, and how much they may.
 *
 * Counted are the bytes of all versions of all documents, each as people see it: a file that is there twice counts twice, wherever its bytes lie, and
 * the small pictures that the portal makes by itself do not count. The count is one row for a site, which changes in the transaction that writes or
 * deletes the versions.
 *
 * An upload looks at it before its bytes are read, is given no more room than is left, and is counted with the transaction that keeps it. There it is
 * decided: writes do not overlap, so of uploads that come at once those that no longer fit are refused, and nothing goes beyond the limit.
 */
@injectable()
export class SiteStorage {
  constructor(
    @inject(LimitSettings) private readonly limits: LimitSettings,
    @inject(Messages) private readonly messages: Messages,
    @inject(SiteDirectory) private readonly sites: SiteDirectory,
  ) {}

  /** Bytes that are left for a file. @throws PortalError `quota-exceeded` (413) when it is known not to fit. */
  async room(queries: Queries, wanted: StorageRequest, atLeast = 1): Promise<number> {
    const limit = this.limits.storageQuota(wanted.siteId);
    if (limit === Number.POSITIVE_INFINITY) return limit;
    const left = limit - (await usedBytes(queries, wanted.siteId));
    if (left < atLeast) throw this.exceeded(wanted);
    return left;
  }

  /**
   * Counts what is added. The bytes took a while: nobody adds to a site that is in the trash by now, and what came into one that was erased would be there
   * for ever.
   * @throws PortalError `quota-exceeded` (413) when it does not fit any more, `not-found` (404) for a site that is not in use any more.
   */
  async add(transaction: Transaction, wanted: StorageRequest, bytes: number): Promise<void> {
    if (!this.sites.byId(wanted.siteId)) throw notFound('site');
    await this.room(transaction, wanted, bytes);
    await transaction.query(addSql, [wanted.siteId, bytes]);
  }

  async remove(transaction: Transaction, siteId: string, bytes: number): Promise<void> {
    await transaction.query(
      'UPDATE documents_media_site_storage SET bytes = bytes - ?, changes = changes + 1 WHERE site_id = ?',
      [bytes, siteId],
    );
  }

  exceeded({ siteId, name, locale }: StorageRequest): PortalError {
    const values = { name, limit: sizeText(this.limits.storageQuota(siteId)) };
    return new PortalError('quota-exceeded', this.messages.text('storage.exceeded', values, locale), { status: 413 });
  }
}

export async function usedBytes(queries: Queries, siteId: string): Promise<number> {
  const [row] = await queries.query<{ bytes: number | string }>(
    'SELECT bytes FROM documents_media_site_storage WHERE site_id = ?',
    [siteId],
  );
  return Number(row?.bytes ?? 0);
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** As people read it and settings take it: `2.1 MiB`. */
export function sizeText(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${Math.round((bytes / 1024 ** power) * 10) / 10} ${units[power]}`;
}
