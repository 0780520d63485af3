import { Readable } from 'node:stream';
import {
  type AccessContext,
  Clock,
  Ids,
  inject,
  injectable,
  invalidInput,
  notFound,
  PortalError,
  type Reader,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import type { Document, NewDocument } from '../api/documents.js';
import { DocumentEntity, searchText } from '../entities/document.js';
import { DocumentVersionEntity } from '../entities/document-version.js';
import { rootFolder } from '../entities/folder.js';
import { noRule } from '../entities/rule.js';
import { ownerOf } from './access.js';
import { AddedDocuments } from './document-audit.js';
import { documentColumns, toDocument } from './document-record.js';
import { FileReceiving, type Received } from './file-receiving.js';
import { typeRules } from './file-types.js';
import { Folders } from './folders.js';
import { isShown } from './known-types.js';
import { announceContents } from './list-totals.js';
import { metadataColumns } from './metadata.js';
import { wordRules } from './metadata-words.js';
import { checkedName, nameKey, numberedName } from './names.js';
import { SiteStorage } from './site-storage.js';
import { type SeenSite, Visibility } from './visibility.js';

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
    @inject(Visibility) private readonly visibility: Visibility,
    @inject(AddedDocuments) private readonly added: AddedDocuments,
    @inject(SiteStorage) private readonly storage: SiteStorage,
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
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
    const seen = this.visibility.enterTo(access, 'add');
    const { site } = seen;
    const name = checkedName(document.name);
    const altText = checkedAltText(document.altText ?? '');
    const wanted = { siteId: site.id, name, locale: access.locale };
    const before = await this.unitOfWork.read(async (reader) => {
      const there = await findByKey(reader, seen, document.idempotencyKey);
      if (there) return { there };
      const { ruleId } = await this.folders.requirePlace(reader, seen, document.folderId);
      this.visibility.require(access, 'add', ruleId);
      if (!document.unique) await refuseTakenName(reader, seen, document.folderId, name);
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
        const meanwhile = await findByKey(transaction, seen, document.idempotencyKey);
        if (meanwhile) return { document: toDocument(meanwhile), isNew: false };
        const { ruleId } = await this.folders.requirePlace(transaction, seen, document.folderId);
        this.visibility.require(access, 'add', ruleId);
        await this.storage.add(transaction, wanted, totalSize(received));
        const free = await freeName(transaction, seen, document, name);
        const inserted = await this.insert(transaction, access, site.id, { ...document, name: free, altText, ruleId }, received);
        return { document: inserted, isNew: true };
      });
      if (!added.isNew) for (const { blob } of received) await this.files.discard(blob);
      return added.document;
    } catch (error) {
      for (const { blob } of received) await this.files.discard(blob);
      throw error;
    }
  }

  /** @param received the versions, oldest first; the last one is the current one. */
  private async insert(
    transaction: Transaction,
    access: AccessContext,
    siteId: string,
    document: NewDocument & { readonly altText: string; readonly ruleId: string },
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
      ownRuleId: noRule,
      ruleId: document.ruleId,
      modifiedAt: now,
    };
    await transaction.repository(DocumentEntity).insert(entity);
    announceContents(transaction, siteId);
    await transaction.repository(DocumentVersionEntity).insert(versions);
    for (const { blob } of received) await transaction.keepBlob(blob);
    await this.added.note(transaction, entity, document.metadata);
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

/**
 * The wanted name, or with a number: where it is to be unique, and where a document has it that the person does not see, as saying that the name is
 * taken would say that it is there.
 * @throws PortalError `name-taken` (409).
 */
export async function freeName(
  queries: Queries,
  seen: SeenSite,
  place: { readonly folderId?: string | undefined; readonly unique?: boolean | undefined },
  name: string,
  except?: string,
): Promise<string> {
  const there = await findName(queries, seen.id, place.folderId, name);
  if (!there || there.id === except) return name;
  if (!place.unique && seen.sight.sees(there.ruleId)) throw nameTaken(there.name);
  const free = await firstFreeName(queries, { siteId: seen.id, folderId: place.folderId }, name, { from: 1, most: maxNumber });
  if (free === undefined) throw nameTaken(name);
  return numberedName(name, free);
}

/** Before the bytes are read. */
async function refuseTakenName(queries: Queries, seen: SeenSite, folderId: string | undefined, name: string): Promise<void> {
  const there = await findName(queries, seen.id, folderId, name);
  if (there && seen.sight.sees(there.ruleId)) throw nameTaken(there.name);
}

/** @throws PortalError `not-found` (404) for a document that the person who added it does not see any more. */
async function findByKey(
  queries: Queries,
  { id: siteId, sight }: SeenSite,
  key: string | undefined,
): Promise<DocumentEntity | undefined> {
  if (key === undefined) return undefined;
  const [row] = await queries.query<DocumentEntity>(
    `SELECT ${documentColumns} FROM documents_media_document WHERE site_id = ? AND idempotency_key = ?`,
    [siteId, key],
  );
  if (row && !sight.sees(row.ruleId)) throw notFound('document');
  return row;
}

export async function findName(
  queries: Queries,
  siteId: string,
  folderId: string | undefined,
  name: string,
): Promise<{ readonly id: string; readonly name: string; readonly ruleId: string } | undefined> {
  const [row] = await queries.query<{ id: string; name: string; ruleId: string }>(
    'SELECT id, name, rule_id AS "ruleId" FROM documents_media_document WHERE site_id = ? AND folder_id = ? AND name_key = ?',
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
