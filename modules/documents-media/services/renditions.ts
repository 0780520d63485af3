import {
  type AccessContext,
  BlobStore,
  Clock,
  inject,
  injectable,
  Log,
  notFound,
  PortalError,
  type StoredBlob,
  UnitOfWork,
} from '@portico/core';
import { RenditionEntity } from '../entities/rendition.js';
import { isReader } from './access.js';
import { DocumentFiles, type RenditionRow, type ServedFile } from './document-files.js';
import { ImageError, Images } from './images.js';
import { Metadata, metadataOf } from './metadata.js';
import { MetadataRemovalError } from './metadata-removal/patches.js';
import { isAllContent, MetadataRemoval } from './metadata-removal.js';

/** A picture that could not be made is not tried again for so long. */
const failedSeconds = 60;
const mostFailures = 1000;

type Rendition = Omit<ServedFile, 'name' | 'isPublic'>;
type Kind = RenditionEntity['kind'];

/**
 * Files made of files: the small picture of lists, and the copy that readers get. They are made when they are first wanted, then kept;
 * whoever asks meanwhile waits for the same one.
 *
 * A reader is who may look at a document and not open Documents and Media: a guest who reads an article. What a camera or a program wrote
 * into the file (the place, the owner, a prompt) is none of a reader's business, so a reader's picture is encoded anew, without metadata but
 * the mark that says how it came to be, and other files are copied without theirs (`metadata-removal`). A file whose metadata cannot be removed is not
 * there for readers, which is kept as a copy without a byte; who publishes an article with it is told. Who may open the library gets the file
 * as it is.
 */
@injectable()
export class Renditions {
  private readonly making = new Map<string, Promise<Rendition>>();
  /** Until when those that failed are not tried again, by monotonic time; the oldest first, and only the newest of many. */
  private readonly failures = new Map<string, number>();

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(BlobStore) private readonly blobs: BlobStore,
    @inject(DocumentFiles) private readonly files: DocumentFiles,
    @inject(Images) private readonly images: Images,
    @inject(MetadataRemoval) private readonly removal: MetadataRemoval,
    @inject(Metadata) private readonly metadata: Metadata,
    @inject(Clock) private readonly clock: Clock,
    @inject(Log) private readonly log: Log,
  ) {}

  /** @throws PortalError `not-found` (404), `thumbnail-failed` (503). */
  thumbnail(access: AccessContext, documentId: string): Promise<ServedFile> {
    return this.find(access, documentId, 'thumbnail', true);
  }

  /**
   * The current version as this person gets it. A file whose metadata cannot be removed is not there for readers.
   * @throws PortalError `not-found` (404), `thumbnail-failed` (503).
   */
  async delivered(access: AccessContext, documentId: string): Promise<ServedFile> {
    const file = await this.files.current(access, documentId);
    return !isReader(access) || isSentAsItIs(file) ? file : this.find(access, documentId, 'reader');
  }

  /**
   * The same of a picture that can be shown.
   * @throws PortalError `not-found` (404), `thumbnail-failed` (503).
   */
  picture(access: AccessContext, documentId: string): Promise<ServedFile> {
    return isReader(access) ? this.find(access, documentId, 'reader', true) : this.files.picture(access, documentId);
  }

  /** What readers get of a document, whoever asks, made if need be; undefined where they get nothing. @throws PortalError `thumbnail-failed` (503). */
  async forReaders(access: AccessContext, documentId: string): Promise<ServedFile | undefined> {
    const file = await orMissing(this.files.current(access, documentId));
    return file && (isSentAsItIs(file) ? file : orMissing(this.find(access, documentId, 'reader')));
  }

  private async find(access: AccessContext, documentId: string, kind: Kind, onlyPictures = false): Promise<ServedFile> {
    const row = await this.files.rendition(access, documentId, kind);
    // A picture that is not decoded cannot be made a reader's.
    if (!row || (row.documentKind !== 'image' && (onlyPictures || row.sourceType.startsWith('image/'))))
      throw notFound('picture');
    const found = row.blobId === null ? await this.shared(row, kind) : { ...row, blobId: row.blobId };
    if (found.size === 0) throw notFound('document');
    return { ...found, name: row.name, isPublic: row.isPublic };
  }

  private async shared(row: RenditionRow, kind: Kind): Promise<Rendition> {
    const key = keyOf(kind, row.sourceBlobId);
    const running = this.making.get(key);
    if (running) return running;
    const left = (this.failures.get(key) ?? 0) - this.clock.monotonic();
    if (left > 0) throw failed(left / 1000);
    this.failures.delete(key);
    const work = this.make(row, kind).finally(() => this.making.delete(key));
    this.making.set(key, work);
    return work;
  }

  private async make(row: RenditionRow, kind: Kind): Promise<Rendition> {
    const { sourceBlobId, sourceType } = row;
    const blob = row.documentKind === 'image' ? await this.picturedFrom(row, kind) : await this.copied(row);
    const entity: RenditionEntity = {
      sourceBlobId,
      kind,
      blobId: blob.id,
      sha256: blob.sha256,
      size: blob.size,
      mimeType: kind === 'thumbnail' ? 'image/webp' : sourceType,
      createdAt: this.clock.now().getTime(),
    };
    try {
      await this.unitOfWork.write(async (transaction) => {
        // The document may have been deleted while its picture was made.
        const source = await transaction.query('SELECT 1 FROM documents_media_document_version WHERE blob_id = ?', [
          sourceBlobId,
        ]);
        if (source.length === 0) throw notFound('picture');
        await transaction.repository(RenditionEntity).insert(entity);
        await transaction.keepBlob(blob);
      });
    } catch (error) {
      await this.blobs.discard(blob.id);
      throw error;
    }
    return { ...entity, modifiedAt: entity.createdAt };
  }

  private async picturedFrom({ sourceBlobId, metadata }: RenditionRow, kind: Kind): Promise<StoredBlob> {
    const mark = this.metadata.xmp(metadataOf(metadata));
    const bytes = await this.encode(kind, sourceBlobId, (path) =>
      kind === 'thumbnail' ? this.images.thumbnail(path, mark) : this.images.withoutMetadata(path, mark),
    );
    return this.blobs.store(bytes, { maxBytes: bytes.length });
  }

  /** The file without its metadata, of no byte where that cannot be. */
  private async copied({ sourceBlobId, sourceType, sourceSize }: RenditionRow): Promise<StoredBlob> {
    try {
      const content = await this.removal.without(sourceBlobId, sourceType);
      return await this.blobs.store(content, { maxBytes: content instanceof Uint8Array ? content.length : sourceSize });
    } catch (error) {
      if (!(error instanceof MetadataRemovalError)) throw error;
      this.log.info('Readers do not get a file, because its metadata cannot be removed.', { blob: sourceBlobId, error });
      return this.blobs.store(new Uint8Array(0), { maxBytes: 0 });
    }
  }

  private async encode(kind: Kind, sourceBlobId: string, encode: (path: string) => Promise<Uint8Array>): Promise<Uint8Array> {
    try {
      return await encode(this.blobs.pathOf(sourceBlobId));
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      this.log.warn('A picture could not be made of an image.', { blob: sourceBlobId, error });
      this.failures.set(keyOf(kind, sourceBlobId), this.clock.monotonic() + failedSeconds * 1000);
      const [oldest] = this.failures.keys();
      if (this.failures.size > mostFailures && oldest !== undefined) this.failures.delete(oldest);
      throw failed(failedSeconds, error);
    }
  }
}

/** Nothing is taken out of it. Where there is no byte, none tells anything, and a copy without a byte means that there is none. */
const isSentAsItIs = ({ mimeType, size }: ServedFile): boolean => size === 0 || isAllContent(mimeType);

const keyOf = (kind: Kind, sourceBlobId: string): string => `${kind} ${sourceBlobId}`;

function failed(retryAfter: number, cause?: unknown): PortalError {
  const sentence = 'The preview of this picture could not be made. Try again in a minute.';
  return new PortalError('thumbnail-failed', sentence, { status: 503, expose: true, retryAfter, cause });
}

/** Undefined for what is not there. */
export async function orMissing(file: Promise<ServedFile>): Promise<ServedFile | undefined> {
  try {
    return await file;
  } catch (error) {
    if (error instanceof PortalError && error.status === 404) return undefined;
    throw error;
  }
}
