import { Readable } from 'node:stream';
import {
  type AccessContext,
  AuditLog,
  Clock,
  Ids,
  inject,
  injectable,
  invalidInput,
  PortalError,
  type Reader,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { type Document, DocumentPermissions, type NewDocument } from '../api/documents.js';
import { DocumentEntity, searchText } from '../entities/document.js';
import { DocumentVersionEntity } from '../entities/document-version.js';
import { rootFolder } from '../entities/folder.js';
import { ownerOf, siteFor } from './access.js';
import { documentEntry } from './document-audit.js';
import { documentColumns, toDocument } from './document-record.js';
import { FileReceiving, type Received } from './file-receiving.js';
import { typeRules } from './file-types.js';
import { Folders } from './folders.js';
import { isShown } from './known-types.js';
import { announceContents } from './list-totals.js';
import { Metadata, metadataColumns } from './metadata.js';
import { indexWords, wordRules } from './metadata-words.js';
import { checkedName, nameKey, numberedName } from './names.js';
import { SiteStorage } from './site-storage.js';

export const altTextLimit = 1000;

/** Names tried before giving up: `sunset.png`, `sunset (1).png`, … */
const maxNumber = 9999;

/**
 * The one gate for every way in: uploads, the API, and images that were generated.
 *
 * What can be refused without the bytes (permission, name, folder, a name that is taken) is refused before they are read. Then the bytes are
 * stored and their type is decided by what they are; one transaction looks again, writes the document with its versions and keeps the blobs.
 * A request with an idempotency key that was here before answers the document of that time, also when both come at once: the later one gives
 * its bytes back. Whatever fails takes its bytes with it. No row ever names a blob that is not safe on disk.
 */
@injectable()
export class DocumentAdding {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(FileReceiving) private readonly files: FileReceiving,
    @inject(Folders) private readonly folders: Folders,
    @inject(Metadata) private readonly metadata: Metadata,
    @inject(SiteStorage) private readonly storage: SiteStorage,
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  async add(access: AccessContext, document: NewDocument): Promise<Document> {
    try {
      return await this.addChecked(access, document);
    } finally {
      // What was refused before its bytes were read still holds its file open.
      for (const content of [document.content, document.original]) if (content instanceof Readable) content.destroy();
    }
  }

  private async addChecked(access: AccessContext, document: NewDocument): Promise<Document> {
    const site = siteFor(access, DocumentPermissions.add);
    const name = checkedName(document.name);
    const altText = checkedAltText(document.altText ?? '');
    const wanted = { siteId: site.id, name, locale: access.locale };
    const before = await this.unitOfWork.read(async (reader) => {
      const there = await findByKey(reader, site.id, document.idempotencyKey);
      if (there) return { there };
      await this.folders.requirePlace(reader, site.id, document.folderId);
      if (!document.unique) await refuseTakenName(reader, site.id, document.folderId, name);
      return { room: await this.storage.room(reader, wanted, leastBytes(document)) };
    });
    if (before.there) return toDocument(before.there);
    const received: Received[] = [];
    try {
      for (const content of [document.original, document.content]) {
        if (content === undefined) continue;
        received.push(await this.files.receive(content, wanted, before.room - totalSize(received)));
      }
      const added = await this.unitOfWork.write(async (transaction) => {
        const meanwhile = await findByKey(transaction, site.id, document.idempotencyKey);
        if (meanwhile) return { document: toDocument(meanwhile), isNew: false };
        await this.folders.requirePlace(transaction, site.id, document.folderId);
        await this.storage.add(transaction, wanted, totalSize(received));
        const free = await this.freeName(transaction, site.id, document, name);
        const inserted = await this.insert(transaction, access, site.id, { ...document, name: free, altText }, received);
        return { document: inserted, isNew: true };
      });
      if (!added.isNew) for (const { blob } of received) await this.files.discard(blob);
      return added.document;
    } catch (error) {
      for (const { blob } of received) await this.files.discard(blob);
      throw error;
    }
  }

  private async freeName(transaction: Transaction, siteId: string, document: NewDocument, name: string): Promise<string> {
    if (!document.unique) {
      await refuseTakenName(transaction, siteId, document.folderId, name);
      return name;
    }
    const free = await firstFreeName(transaction, { siteId, folderId: document.folderId }, name, { from: 0, most: maxNumber });
    if (free === undefined) throw nameTaken(name);
    return numberedName(name, free);
  }

  /** @param received the versions, oldest first; the last one is the current one. */
  private async insert(
    transaction: Transaction,
    access: AccessContext,
    siteId: string,
    document: NewDocument & { readonly altText: string },
    received: readonly Received[],
  ): Promise<Document> {
    const now = this.clock.now().getTime();
    const createdBy = ownerOf(access);
    const documentId = this.ids.next();
    const versions = received.map(
      ({ blob, facts }, index): DocumentVersionEntity => ({
        id: this.ids.next(),
        documentId,
        label: `1.${index}`,
        blobId: blob.id,
        sha256: blob.sha256,
        size: blob.size,
        mimeType: facts.mimeType,
        charset: facts.charset ?? null,
        width: facts.width ?? null,
        height: facts.height ?? null,
        typeRules,
        createdBy,
        createdAt: now,
      }),
    );
    const current = versions.at(-1);
    if (!current) throw new PortalError('nothing-received', 'A document needs content.');
    const { id: _, documentId: __, typeRules: ___, label, ...facts } = current;
    const entity: DocumentEntity = {
      ...facts,
      id: documentId,
      siteId,
      folderId: document.folderId ?? rootFolder,
      name: document.name,
      nameKey: nameKey(document.name),
      searchText: searchText(document.name, document.altText),
      altText: document.altText,
      altTextDrafted: document.altTextDrafted === true && document.altText !== '',
      idempotencyKey: document.idempotencyKey ?? null,
      version: label,
      kind: isShown(facts) ? 'image' : 'file',
      ...metadataColumns(document.metadata),
      wordRules,
      modifiedAt: now,
    };
    await transaction.repository(DocumentEntity).insert(entity);
    announceContents(transaction, siteId);
    await transaction.repository(DocumentVersionEntity).insert(versions);
    for (const { blob } of received) await transaction.keepBlob(blob);
    const { size, mimeType } = entity;
    await this.audit.record(
      transaction,
      documentEntry(entity, { action: 'added', after: { id: documentId, type: mimeType, size } }),
    );
    for (const { kind, text } of this.metadata.searchTexts(document.metadata ?? {}))
      await indexWords(transaction, entity, kind, text);
    return toDocument(entity);
  }
}

const totalSize = (received: readonly Received[]): number => received.reduce((sum, { blob }) => sum + blob.size, 0);

/** What is known of the size before anything is read. */
function leastBytes({ content, original, atLeastBytes = 1 }: NewDocument): number {
  const sizes = [content, original].map((bytes) => (bytes instanceof Uint8Array ? bytes.byteLength : 0));
  return Math.max(1, atLeastBytes, ...sizes);
}

export function checkedAltText(altText: string): string {
  const text = altText.replace(/\s+/g, ' ').trim();
  if (text.length <= altTextLimit) return text;
  const sentence = `An alternative text has at most ${altTextLimit} characters; this one has ${text.length}.`;
  throw invalidInput({ altText: sentence }, sentence);
}

type Queries = Pick<Reader, 'query'>;

export async function refuseTakenName(
  queries: Queries,
  siteId: string,
  folderId: string | undefined,
  name: string,
  except?: string,
): Promise<void> {
  const there = await findName(queries, siteId, folderId, name);
  if (there && there.id !== except) throw nameTaken(there.name);
}

async function findByKey(queries: Queries, siteId: string, key: string | undefined): Promise<DocumentEntity | undefined> {
  if (key === undefined) return undefined;
  const [row] = await queries.query<DocumentEntity>(
    `SELECT ${documentColumns} FROM documents_media_document WHERE site_id = ? AND idempotency_key = ?`,
    [siteId, key],
  );
  return row;
}

export async function findName(
  queries: Queries,
  siteId: string,
  folderId: string | undefined,
  name: string,
): Promise<{ id: string; name: string } | undefined> {
  const [row] = await queries.query<{ id: string; name: string }>(
    'SELECT id, name FROM documents_media_document WHERE site_id = ? AND folder_id = ? AND name_key = ?',
    [siteId, folderId ?? rootFolder, nameKey(name)],
  );
  return row;
}

/** Names that are looked for at once, after the first. */
const namesAtOnce = 50;

export interface NumberedNames {
  readonly from: number;
  readonly most: number;
  /** Of what is taken besides, by key. */
  isTaken?(key: string): boolean;
}

/** The first number with which `numberedName` is free in a folder; undefined when none is. Many are looked for with one question. */
export async function firstFreeName(
  queries: Queries,
  { siteId, folderId }: { readonly siteId: string; readonly folderId: string | undefined },
  name: string,
  { from, most, isTaken = () => false }: NumberedNames,
): Promise<number | undefined> {
  for (let first = from, length = 1; first <= most; first += length, length = namesAtOnce) {
    const keys = Array.from({ length }, (_, index) => nameKey(numberedName(name, first + index)));
    const rows = await queries.query<{ key: string }>(
      `SELECT name_key AS "key" FROM documents_media_document WHERE site_id = ? AND folder_id = ?
         AND name_key IN (${keys.map(() => '?').join(', ')})`,
      [siteId, folderId ?? rootFolder, ...keys],
    );
    const there = new Set(rows.map(({ key }) => key));
    const index = keys.findIndex((key) => !there.has(key) && !isTaken(key));
    if (index >= 0) return first + index <= most ? first + index : undefined;
  }
  return undefined;
}

export function nameTaken(name: string): PortalError {
  return new PortalError('name-taken', `There is already a document named ${name} in this folder. Choose another name.`, {
    status: 409,
  });
}
