import type { Readable } from 'node:stream';
import { type AccessContext, BlobStore, inject, injectable, notFound, type Site, UnitOfWork } from '@portico/core';
import {
  type Document,
  type DocumentLinks,
  DocumentPermissions,
  type Documents,
  type Folder,
  type HiddenDocument,
  type NewDocument,
} from '../api/documents.js';
import type { DocumentEntity } from '../entities/document.js';
import type { DocumentVersionEntity } from '../entities/document-version.js';
import { DocumentAdding } from './document-adding.js';
import { requireDocument } from './document-changes.js';
import { documentColumns, toDocument } from './document-record.js';
import { Folders } from './folders.js';
import { isShown } from './known-types.js';
import { similarDocuments } from './metadata-words.js';
import { Permissions } from './permissions.js';
import { UploadCeilings } from './upload-ceilings.js';
import { Visibility } from './visibility.js';
import { WithheldFiles } from './withheld-files.js';

export type DocumentVersion = Pick<
  DocumentVersionEntity,
  'label' | 'sha256' | 'size' | 'mimeType' | 'width' | 'height' | 'createdAt' | 'createdBy'
>;

/** The service `Documents` for other modules, and what the pages of this one show of a document. */
@injectable()
export class PortalDocuments implements Documents {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(BlobStore) private readonly blobs: BlobStore,
    @inject(DocumentAdding) private readonly adding: DocumentAdding,
    @inject(Folders) private readonly folderService: Folders,
    @inject(WithheldFiles) private readonly withheldFiles: WithheldFiles,
    @inject(UploadCeilings) private readonly ceilings: UploadCeilings,
    @inject(Visibility) private readonly visibility: Visibility,
    @inject(Permissions) private readonly permissions: Permissions,
  ) {}

  add(access: AccessContext, document: NewDocument): Promise<Document> {
    const add = (): Promise<Document> => this.adding.add(access, document);
    return document.isUpload ? this.ceilings.within(access, add) : add();
  }

  async find(access: AccessContext, id: string): Promise<Document> {
    return toDocument(await this.row(access, id));
  }

  folder(access: AccessContext, id: string): Promise<Folder> {
    return this.folderService.find(access, id);
  }

  folders(access: AccessContext, limit = 200): Promise<readonly { readonly id: string; readonly path: string }[]> {
    return this.folderService.all(access, limit);
  }

  async similar(access: AccessContext, kind: string, text: string, limit = 6): Promise<readonly Document[]> {
    const { id: siteId, sight } = this.visibility.enter(access, DocumentPermissions.view);
    return this.unitOfWork.read(async (reader) => {
      const ids = await similarDocuments(reader, { siteId, sight }, kind, text, limit);
      if (ids.length === 0) return [];
      const rows = await reader.query<DocumentEntity>(
        `SELECT ${documentColumns} FROM documents_media_document
         WHERE site_id = ?${sight.sql()} AND id IN (${ids.map(() => '?').join(', ')})`,
        [siteId, ...sight.values, ...ids],
      );
      return ids.flatMap((id) => rows.filter((row) => row.id === id)).map(toDocument);
    });
  }

  ensureFolder(access: AccessContext, name: string, parentId?: string): Promise<Folder> {
    return this.folderService.ensure(access, name, parentId);
  }

  async open(access: AccessContext, id: string): Promise<{ document: Document; content: Readable }> {
    const row = await this.row(access, id);
    return { document: toDocument(row), content: await this.blobs.open(row.blobId) };
  }

  async openOriginal(
    access: AccessContext,
    id: string,
  ): Promise<{ document: Document; version: string; sha256: string; content: Readable }> {
    const document = await this.find(access, id);
    const [first] = await this.unitOfWork.read((reader) =>
      reader.query<{ label: string; sha256: string; blobId: string }>(
        'SELECT label, sha256, blob_id AS "blobId" FROM documents_media_document_version WHERE document_id = ? ORDER BY id LIMIT 1',
        [document.id],
      ),
    );
    if (!first) throw notFound('document');
    return { document, version: first.label, sha256: first.sha256, content: await this.blobs.open(first.blobId) };
  }

  async lookUp(
    access: AccessContext,
    reference: { readonly id: string } | { readonly idempotencyKey: string },
  ): Promise<{ readonly id: string; readonly name: string } | undefined> {
    const { id: siteId, sight } = this.visibility.enter(access, DocumentPermissions.view);
    const [column, value] = 'id' in reference ? ['id', reference.id] : ['idempotency_key', reference.idempotencyKey];
    const [row] = await this.unitOfWork.read((reader) =>
      reader.query<{ id: string; name: string }>(
        `SELECT id, name FROM documents_media_document WHERE site_id = ? AND ${column} = ?${sight.sql()}`,
        [siteId, value, ...sight.values],
      ),
    );
    return row;
  }

  hiddenFromReaders(access: AccessContext, ids: readonly string[]): Promise<readonly HiddenDocument[]> {
    return this.permissions.hidden(access, ids);
  }

  makeVisible(access: AccessContext, ids: readonly string[]): Promise<void> {
    return this.permissions.makeVisible(access, ids);
  }

  withheldFromReaders(access: AccessContext, ids: readonly string[]): Promise<readonly { id: string; name: string }[]> {
    return this.withheldFiles.among(access, ids);
  }

  links(document: Document, site: Site): DocumentLinks {
    return documentLinks(document, site);
  }

  /** Newest first. */
  async versions(access: AccessContext, id: string): Promise<readonly DocumentVersion[]> {
    const { id: siteId, sight } = this.visibility.enter(access, DocumentPermissions.view);
    return this.unitOfWork.read((reader) =>
      reader.query<DocumentVersion>(
        `SELECT label, version.sha256, version.size, version.mime_type AS "mimeType", version.width, version.height, version.created_at AS "createdAt",
           version.created_by AS "createdBy"
         FROM documents_media_document_version version JOIN documents_media_document document ON document.id = version.document_id
         WHERE document.id = ? AND document.site_id = ?${sight.sql('document')} ORDER BY version.id DESC`,
        [id, siteId, ...sight.values],
      ),
    );
  }

  private row(access: AccessContext, id: string): Promise<DocumentEntity> {
    const seen = this.visibility.enter(access, DocumentPermissions.view);
    return this.unitOfWork.read((reader) => requireDocument(reader, seen, id));
  }
}

export function documentLinks(
  document: Pick<Document, 'id' | 'mimeType'> & { readonly width?: number | null },
  site: Site,
): DocumentLinks {
  const page = `/web/${site.address}/documents-media/documents/${document.id}`;
  return {
    page,
    download: `${page}/download`,
    view: `${page}/view`,
    thumbnail: isShown(document) ? `${page}/thumbnail` : undefined,
  };
}
