import { type AccessContext, BlobStore, Clock, inject, injectable, Log, notFound, PortalError, UnitOfWork } from '@portico/core';
import { DocumentPermissions } from '../api/documents.js';
import { RenditionEntity } from '../entities/rendition.js';
import { siteFor } from './access.js';
import type { ServedFile } from './document-files.js';
import { DocumentLimits } from './document-limits.js';
import { ImageError, Images } from './images.js';
import { Metadata, metadataOf } from './metadata.js';

interface ThumbnailRow {
  readonly name: string;
  readonly kind: string;
  readonly sourceBlobId: string;
  readonly blobId: string | null;
  readonly sha256: string;
  readonly size: number;
  readonly mimeType: string;
  readonly modifiedAt: number;
  readonly metadata: string | null;
}

const sql = `SELECT document.name, document.kind, document.blob_id AS sourceBlobId, rendition.blob_id AS blobId, rendition.sha256,
    rendition.size, rendition.mime_type AS mimeType, rendition.created_at AS modifiedAt,
    document.metadata
  FROM documents_media_document document
  LEFT JOIN documents_media_rendition rendition ON rendition.source_blob_id = document.blob_id AND rendition.kind = 'thumbnail'
  WHERE document.id = ? AND document.site_id = ?`;

type Rendition = Omit<ServedFile, 'name'>;

/** Small pictures of images: made when they are first wanted, then kept. Whoever asks meanwhile waits for the same one. */
@injectable()
export class Thumbnails {
  private readonly making = new Map<string, Promise<Rendition>>();

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(BlobStore) private readonly blobs: BlobStore,
    @inject(Images) private readonly images: Images,
    @inject(Metadata) private readonly metadata: Metadata,
    @inject(DocumentLimits) private readonly limits: DocumentLimits,
    @inject(Clock) private readonly clock: Clock,
    @inject(Log) private readonly log: Log,
  ) {}

  async find(access: AccessContext, documentId: string): Promise<ServedFile> {
    const site = siteFor(access, DocumentPermissions.view);
    const [row] = await this.unitOfWork.read((reader) => reader.query<ThumbnailRow>(sql, [documentId, site.id]));
    if (row?.kind !== 'image') throw notFound('picture');
    if (row.blobId !== null) return { ...row, blobId: row.blobId };
    const rendition = await this.shared(row.sourceBlobId, this.metadata.xmp(metadataOf(row.metadata)));
    return { ...rendition, name: row.name };
  }

  private shared(sourceBlobId: string, xmp: string | undefined): Promise<Rendition> {
    const running = this.making.get(sourceBlobId);
    if (running) return running;
    const work = this.make(sourceBlobId, xmp).finally(() => this.making.delete(sourceBlobId));
    this.making.set(sourceBlobId, work);
    return work;
  }

  private async make(sourceBlobId: string, xmp: string | undefined): Promise<Rendition> {
    const bytes = await this.scale(sourceBlobId, xmp);
    const blob = await this.blobs.store(bytes, { maxBytes: this.limits.maxFileBytes });
    const entity: RenditionEntity = {
      sourceBlobId,
      kind: 'thumbnail',
      blobId: blob.id,
      sha256: blob.sha256,
      size: blob.size,
      mimeType: 'image/webp',
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

  private async scale(sourceBlobId: string, xmp: string | undefined): Promise<Uint8Array> {
    try {
      return await this.images.thumbnail(this.blobs.pathOf(sourceBlobId), xmp);
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      this.log.warn('A thumbnail could not be made.', { blob: sourceBlobId, error });
      throw new PortalError('thumbnail-failed', 'The preview of this picture could not be made. Try again in a minute.', {
        status: 503,
        expose: true,
        retryAfter: 60,
        cause: error,
      });
    }
  }
}
