import {
  type AccessContext,
  AuditLog,
  Clock,
  inject,
  injectable,
  Messages,
  notFound,
  PortalError,
  type Reader,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { mergeFields } from '@portico/core/util';
import type { Document } from '../api/documents.js';
import { DocumentEntity, searchText } from '../entities/document.js';
import { rootFolder } from '../entities/folder.js';
import { noRule } from '../entities/rule.js';
import { checkedAltText, freeName } from './document-adding.js';
import { documentEntry, nameIn } from './document-audit.js';
import { documentColumns, toDocument } from './document-record.js';
import { refuseFalseName } from './file-types.js';
import { Folders } from './folders.js';
import { announceContents } from './list-totals.js';
import { checkedName, nameKey } from './names.js';
import { Rules } from './rules.js';
import { SiteStorage } from './site-storage.js';
import { type SeenSite, Visibility } from './visibility.js';

/** What people write about a document. */
export interface DocumentFields {
  readonly name: string;
  readonly altText: string;
}

function conflict(messages: Messages, conflicts: readonly string[]): PortalError {
  return new PortalError('document-conflict', messages.text('document.conflict'), { status: 409, details: { conflicts } });
}

/**
 * What happens to documents after they were added: renaming and describing, moving, deleting.
 *
 * Each is one transaction that reads the row again, asks what stands against it, and writes: permission for the site of the request first, then that the
 * document is in this site (for anybody else it does not exist, 404), then that the folder is there and no other document there has the name, as the
 * unique index of the table would refuse it too. Ids of other sites never get further than the first query.
 *
 * A document's row repeats the facts of its current version, so that lists and downloads read one row. Changes here touch name, alternative text, folder
 * and time alone: bytes, hash, size and type are those of a version, and versions are added and go, but never change. A name may not claim another
 * type than the file has.
 *
 * Deleting takes rows and files in this order: the blobs of all versions and their renditions are listed, the rows go, and the transaction is told which
 * blobs nobody needs any more. The files themselves go after the commit; when that fails, or the process ends between, the sweep finds them without a
 * row and takes them later. A row without its file is thus never left, a file without a row at most for a while.
 *
 * A form says what it showed: only fields that were changed in it are written, and one that somebody else changed too is refused (`document-conflict`)
 * until a person has decided.
 *
 * What is never done: a document does not leave its site, and nothing is overwritten because a name is taken.
 */
@injectable()
export class DocumentChanges {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Folders) private readonly folders: Folders,
    @inject(Visibility) private readonly visibility: Visibility,
    @inject(Rules) private readonly rules: Rules,
    @inject(Clock) private readonly clock: Clock,
    @inject(Messages) private readonly messages: Messages,
    @inject(SiteStorage) private readonly storage: SiteStorage,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  /**
   * Writes the fields that a person changed; what somebody else changed since the form was shown stays.
   * @param seen what the form showed; without it everything that was sent is written.
   * @throws PortalError `name-taken` (409), `wrong-type` (415: the name claims another type), `invalid-input` (400); `document-conflict` (409)
   * with the names of the fields that both changed.
   */
  update(access: AccessContext, id: string, change: DocumentFields, seen?: DocumentFields): Promise<Document> {
    const seenSite = this.visibility.enterTo(access, 'update');
    const name = checkedName(change.name);
    const altText = checkedAltText(change.altText);
    return this.unitOfWork.write(async (transaction) => {
      const document = await requireDocument(transaction, seenSite, id);
      this.visibility.require(access, 'update', document.ruleId);
      const { values, conflicts, others } = mergeFields(
        { name, altText },
        seen ?? { name: document.name, altText: document.altText },
        { name: document.name, altText: document.altText },
      );
      if (conflicts.length > 0) throw conflict(this.messages, conflicts);
      refuseFalseName(values.name, document.mimeType);
      const free = await freeName(transaction, seenSite, { folderId: folderOf(document) }, values.name, id);
      await this.recordFields(transaction, document, { name: free, altText: values.altText });
      return this.save(transaction, document, {
        name: free,
        nameKey: nameKey(free),
        searchText: searchText(free, values.altText),
        altText: values.altText,
        // Who did not see the alternative text has not read it.
        // A plain query of SQLite answers 0 and 1, which is no boolean to who writes it.
        altTextDrafted: others.includes('altText') && Boolean(document.altTextDrafted),
      });
    });
  }

  /** @param folderId undefined: into the root of the site. */
  move(access: AccessContext, id: string, folderId: string | undefined): Promise<Document> {
    const seen = this.visibility.enterTo(access, 'update');
    return this.unitOfWork.write(async (transaction) => {
      const document = await requireDocument(transaction, seen, id);
      this.visibility.require(access, 'update', document.ruleId);
      const { ruleId } = await this.folders.requirePlace(transaction, seen, folderId);
      if (folderId !== folderOf(document)) this.visibility.require(access, 'add', ruleId);
      if (document.ownRuleId === noRule) this.visibility.requireNoMore(access, document.ruleId, ruleId);
      const name = await freeName(transaction, seen, { folderId }, document.name, id);
      announceContents(transaction, seen.id);
      const [before, after] = [{ folder: folderOf(document) }, { folder: folderId }];
      await this.audit.record(transaction, documentEntry(document, { action: 'moved', before, after }));
      return this.save(transaction, document, {
        folderId: folderId ?? rootFolder,
        ...(name === document.name ? {} : { name, nameKey: nameKey(name), searchText: searchText(name, document.altText) }),
        ...(document.ownRuleId === noRule ? { ruleId } : {}),
      });
    });
  }

  /** The document with its versions and pictures; answers what was deleted. */
  delete(access: AccessContext, id: string): Promise<Document> {
    const seen = this.visibility.enterTo(access, 'delete');
    return this.unitOfWork.write(async (transaction) => {
      const document = await requireDocument(transaction, seen, id);
      this.visibility.require(access, 'delete', document.ruleId);
      const blobs = await transaction.query<{ blobId: string; size: number }>(
        `SELECT blob_id AS "blobId", size FROM documents_media_document_version WHERE document_id = ?
         UNION ALL
         SELECT rendition.blob_id, 0 FROM documents_media_document_version version
           JOIN documents_media_rendition rendition ON rendition.source_blob_id = version.blob_id WHERE version.document_id = ?`,
        [id, id],
      );
      await transaction.query(
        `DELETE FROM documents_media_rendition WHERE source_blob_id IN
           (SELECT blob_id FROM documents_media_document_version WHERE document_id = ?)`,
        [id],
      );
      await transaction.query('DELETE FROM documents_media_document_version WHERE document_id = ?', [id]);
      await transaction.query('DELETE FROM documents_media_document WHERE id = ?', [id]);
      const { size, mimeType } = document;
      await this.audit.record(transaction, documentEntry(document, { action: 'removed', before: { id, type: mimeType, size } }));
      await this.rules.release(transaction, seen.id, document.ownRuleId);
      announceContents(transaction, seen.id);
      for (const { blobId } of blobs) await transaction.dropBlob(blobId);
      await this.storage.remove(
        transaction,
        seen.id,
        blobs.reduce((sum, { size }) => sum + size, 0),
      );
      return toDocument(document);
    });
  }

  /** Alternative texts may be drafted from a description: that one was changed is all that is told of it. */
  private async recordFields(
    transaction: Transaction,
    document: DocumentEntity,
    { name, altText }: DocumentFields,
  ): Promise<void> {
    const renamed = { ...document, name };
    const alternativeText = altText !== document.altText;
    if (name === document.name && !alternativeText) return;
    await this.audit.record(
      transaction,
      documentEntry(document, {
        action: 'changed',
        before: { id: document.id, name: nameIn(document) },
        after: { name: nameIn(renamed), ...(alternativeText && { alternativeText }) },
      }),
    );
  }

  private async save(transaction: Transaction, document: DocumentEntity, change: Partial<DocumentEntity>): Promise<Document> {
    const changed = { ...change, modifiedAt: this.clock.now().getTime() };
    await transaction.repository(DocumentEntity).update({ id: document.id }, changed);
    return toDocument({ ...document, ...changed });
  }
}

export async function requireDocument(
  queries: Pick<Reader, 'query'>,
  { id: siteId, sight }: SeenSite,
  id: string,
): Promise<DocumentEntity> {
  const [row] = await queries.query<DocumentEntity>(
    `SELECT ${documentColumns} FROM documents_media_document WHERE id = ? AND site_id = ?${sight.sql()}`,
    [id, siteId, ...sight.values],
  );
  if (!row) throw notFound('document');
  return row;
}

function folderOf(document: DocumentEntity): string | undefined {
  return document.folderId === rootFolder ? undefined : document.folderId;
}
