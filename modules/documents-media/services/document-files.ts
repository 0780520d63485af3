import type { Readable } from 'node:stream';
import { type AccessContext, BlobStore, inject, injectable, notFound, UnitOfWork } from '@portico/core';
import { DocumentPermissions } from '../api/documents.js';
import { siteFor } from './access.js';

/** Bytes that can be sent, and what the answer must say about them. */
export interface ServedFile {
  readonly blobId: string;
  readonly sha256: string;
  readonly size: number;
  readonly mimeType: string;
  readonly name: string;
  readonly modifiedAt: number;
}

const currentSql = `SELECT blob_id AS blobId, sha256, size, mime_type AS mimeType, name, modified_at AS modifiedAt
  FROM documents_media_document WHERE id = ? AND site_id = ?`;

const versionSql = `SELECT version.blob_id AS blobId, version.sha256, version.size, version.mime_type AS mimeType, document.name,
    version.created_at AS modifiedAt
  FROM documents_media_document document JOIN documents_media_document_version version ON version.document_id = document.id
  WHERE document.id = ? AND document.site_id = ? AND version.label = ?`;

/** Finds files to send: one prepared statement each, after the permission was asked in memory. */
@injectable()
export class DocumentFiles {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(BlobStore) private readonly blobs: BlobStore,
  ) {}

  current(access: AccessContext, id: string): Promise<ServedFile> {
    return this.one(access, currentSql, id);
  }

  version(access: AccessContext, id: string, label: string): Promise<ServedFile> {
    return this.one(access, versionSql, id, label);
  }

  open(file: ServedFile, range?: { readonly start: number; readonly end: number }): Promise<Readable> {
    return this.blobs.open(file.blobId, range);
  }

  private async one(access: AccessContext, sql: string, id: string, ...more: string[]): Promise<ServedFile> {
    const site = siteFor(access, DocumentPermissions.view);
    const [file] = await this.unitOfWork.read((reader) => reader.query<ServedFile>(sql, [id, site.id, ...more]));
    if (!file) throw notFound('document');
    return file;
  }
}
