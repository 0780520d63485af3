import {
  type Activity,
  type IntegrityCheck,
  type IntegrityFinding,
  inject,
  injectable,
  type Lifetime,
  Log,
  PortalError,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { repairInBackground } from './background-repair.js';
import { type FileFacts, FileTypes, typeRules } from './file-types.js';
import { isTiny } from './images.js';
import { isShown } from './known-types.js';
import { announceContents } from './list-totals.js';

interface EarlierVersion {
  readonly id: string;
  readonly documentId: string;
  readonly siteId: string;
  readonly blobId: string;
  readonly sha256: string;
  readonly size: number;
  readonly name: string;
  readonly mimeType: string;
  readonly charset: string | null;
  readonly width: number | null;
  readonly height: number | null;
}

/** What is known of a file, as it stands in its row or as it is decided. */
type Stored = FileFacts | Pick<EarlierVersion, 'mimeType' | 'charset' | 'width' | 'height'>;

const versionsPerPage = 20;

const earlierSql = `SELECT version.id, version.document_id AS "documentId", document.site_id AS "siteId", version.blob_id AS "blobId", version.sha256,
    version.size, document.name, version.mime_type AS "mimeType", version.charset, version.width, version.height
  FROM documents_media_document_version version JOIN documents_media_document document ON document.id = version.document_id
  WHERE version.type_rules < ? AND version.id > ? ORDER BY version.id LIMIT ${versionsPerPage}`;

/**
 * Files that came in under earlier rules: their type is decided again by their bytes, in the background, some seconds after the start. Each
 * version says by which rules its type was decided, so what is done stays done, and a portal that stops goes on with the rest when it starts
 * again. A file that can no longer be read keeps its type, and is tried again. Small pictures of icons that were smeared are thrown away: they
 * are made again when somebody looks.
 */
@injectable()
export class FileTypeRepair implements Activity, IntegrityCheck {
  readonly title = 'The type of every file was decided by the rules of today.';
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(FileTypes) private readonly types: FileTypes,
    @inject(Log) private readonly log: Log,
  ) {}

  onStart(lifetime: Lifetime): void {
    repairInBackground<EarlierVersion>(lifetime, this.unitOfWork, this.log, {
      sql: earlierSql,
      rules: typeRules,
      repair: (version) => this.repairOne(version),
      failure: 'The types of earlier files could not all be decided again.',
      success: 'Files of earlier rules have other types now.',
    });
  }

  async run(): Promise<readonly IntegrityFinding[]> {
    const [row] = await this.unitOfWork.read((reader) =>
      reader.query<{ count: number }>('SELECT count(*) AS count FROM documents_media_document_version WHERE type_rules < ?', [
        typeRules,
      ]),
    );
    const count = Number(row?.count ?? 0);
    if (count === 0) return [];
    const message = `${count} ${count === 1 ? 'file has' : 'files have'} the type that earlier rules gave; the running portal looks at them again.`;
    return [{ severity: 'warning', message }];
  }

  /** Whether its type is another one now. */
  private async repairOne(version: EarlierVersion): Promise<boolean> {
    const facts = await this.factsOf(version);
    if (!facts) return false;
    const { mimeType, charset = null, width = null, height = null } = facts;
    const now = { mimeType, charset, width, height };
    const isOther = (Object.keys(now) as (keyof typeof now)[]).some((key) => now[key] !== version[key]);
    const isSmeared = isTiny(now) && (await this.hasLossyThumbnail(version.blobId));
    await this.unitOfWork.write(async (transaction) => {
      const values = [now.mimeType, now.charset, now.width, now.height];
      await transaction.query(
        'UPDATE documents_media_document_version SET mime_type = ?, charset = ?, width = ?, height = ?, type_rules = ? WHERE id = ?',
        [...values, typeRules, version.id],
      );
      if (isOther) {
        await transaction.query(
          'UPDATE documents_media_document SET mime_type = ?, charset = ?, width = ?, height = ?, kind = ? WHERE id = ? AND blob_id = ?',
          [...values, isShown(now) ? 'image' : 'file', version.documentId, version.blobId],
        );
        announceContents(transaction, version.siteId);
      }
      // What was made of it under another type, and icons that were smeared.
      if (isOther || isSmeared) await dropRenditions(transaction, version.blobId);
    });
    return isOther;
  }

  private async hasLossyThumbnail(sourceBlobId: string): Promise<boolean> {
    const [made] = await this.unitOfWork.read((reader) =>
      reader.query<{ blobId: string }>(
        'SELECT blob_id AS "blobId" FROM documents_media_rendition WHERE source_blob_id = ? AND kind = \'thumbnail\'',
        [sourceBlobId],
      ),
    );
    return made !== undefined && !(await this.types.isLossless(made.blobId));
  }

  /** Undefined for one that cannot be read now. */
  private async factsOf({ blobId, sha256, size, name, ...stored }: EarlierVersion): Promise<Stored | undefined> {
    try {
      return await this.types.decide({ id: blobId, sha256, size }, name);
    } catch (error) {
      // Its name says something else than its bytes; it was taken so, and stays what it was.
      if (error instanceof PortalError && error.code === 'wrong-type') return stored;
      this.log.warn('The type of a file could not be decided again.', { blob: blobId, error });
      return undefined;
    }
  }
}

async function dropRenditions(transaction: Transaction, sourceBlobId: string): Promise<void> {
  const made = await transaction.query<{ blobId: string }>(
    'SELECT blob_id AS "blobId" FROM documents_media_rendition WHERE source_blob_id = ?',
    [sourceBlobId],
  );
  await transaction.query('DELETE FROM documents_media_rendition WHERE source_blob_id = ?', [sourceBlobId]);
  for (const { blobId } of made) await transaction.dropBlob(blobId);
}
