import type { Readable } from 'node:stream';
import {
  type AccessContext,
  BlobStore,
  type IntegrityCheck,
  type IntegrityFinding,
  inject,
  injectable,
  notFound,
  UnitOfWork,
} from '@portico/core';
import { DocumentPermissions } from '../api/documents.js';
import type { RenditionEntity } from '../entities/rendition.js';
import { keyRanges } from './key-ranges.js';
import { type SeenSite, Visibility } from './visibility.js';

/** Bytes that can be sent, and what the answer must say about them. */
export interface ServedFile {
  readonly blobId: string;
  readonly sha256: string;
  readonly size: number;
  readonly mimeType: string;
  /** Of a text of which every byte is known. */
  readonly charset?: string | null;
  readonly name: string;
  readonly modifiedAt: number;
  /** Whether everybody sees it, guests too: then a browser may keep it, and asks each time. */
  readonly isPublic: boolean;
}

type FileRow = Omit<ServedFile, 'isPublic'> & { readonly ruleId: string };

/** A document with one of the files that are made of its current version; `blobId` is null while nobody made that. */
export interface RenditionRow {
  readonly name: string;
  readonly isPublic: boolean;
  readonly sourceBlobId: string;
  readonly blobId: string | null;
  readonly sha256: string;
  readonly size: number;
  readonly mimeType: string;
  readonly modifiedAt: number;
  readonly sourceType: string;
  readonly sourceSize: number;
  readonly documentKind: string;
  readonly metadata: string | null;
}

const renditionSql = ({ sight }: SeenSite): string =>
  `SELECT document.name, document.rule_id AS "ruleId", document.blob_id AS "sourceBlobId", rendition.blob_id AS "blobId", rendition.sha256,
    rendition.size, rendition.mime_type AS "mimeType", rendition.created_at AS "modifiedAt",
    document.mime_type AS "sourceType", document.size AS "sourceSize", document.kind AS "documentKind", document.metadata
  FROM documents_media_document document
  LEFT JOIN documents_media_rendition rendition ON rendition.source_blob_id = document.blob_id AND rendition.kind = ?
  WHERE document.id = ? AND document.site_id = ?${sight.sql('document')}`;

const currentSql = ({ sight }: SeenSite): string =>
  `SELECT blob_id AS "blobId", sha256, size, mime_type AS "mimeType", charset, name, modified_at AS "modifiedAt", rule_id AS "ruleId"
  FROM documents_media_document WHERE id = ? AND site_id = ?${sight.sql()}`;

const pictureSql = (seen: SeenSite): string => `${currentSql(seen)} AND kind = 'image'`;

const versionSql = ({ sight }: SeenSite): string =>
  `SELECT version.blob_id AS "blobId", version.sha256, version.size, version.mime_type AS "mimeType",
    version.charset, document.name, version.created_at AS "modifiedAt", document.rule_id AS "ruleId"
  FROM documents_media_document document JOIN documents_media_document_version version ON version.document_id = document.id
  WHERE document.id = ? AND document.site_id = ?${sight.sql('document')} AND version.label = ?`;

/** Finds files to send: one prepared statement each, after the permission was asked in memory. */
@injectable()
export class DocumentFiles {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(BlobStore) private readonly blobs: BlobStore,
    @inject(Visibility) private readonly visibility: Visibility,
  ) {}

  current(access: AccessContext, id: string): Promise<ServedFile> {
    return this.one(access, currentSql, id);
  }

  /** The current version of a picture that can be shown. */
  picture(access: AccessContext, id: string): Promise<ServedFile> {
    return this.one(access, pictureSql, id);
  }

  version(access: AccessContext, id: string, label: string): Promise<ServedFile> {
    return this.one(access, versionSql, id, label);
  }

  async rendition(access: AccessContext, id: string, kind: RenditionEntity['kind']): Promise<RenditionRow | undefined> {
    const seen = this.visibility.enter(access, DocumentPermissions.view);
    const bound = [kind, id, seen.id, ...seen.sight.values];
    const [row] = await this.unitOfWork.read((reader) =>
      reader.query<Omit<RenditionRow, 'isPublic'> & { readonly ruleId: string }>(renditionSql(seen), bound),
    );
    return row && { ...row, isPublic: this.visibility.isPublic(seen.site, row.ruleId) };
  }

  open(file: ServedFile, range?: { readonly start: number; readonly end: number }): Promise<Readable> {
    return this.blobs.open(file.blobId, range);
  }

  private async one(access: AccessContext, sql: (seen: SeenSite) => string, id: string, ...more: string[]): Promise<ServedFile> {
    const seen = this.visibility.enter(access, DocumentPermissions.view);
    const bound = [id, seen.id, ...seen.sight.values, ...more];
    const [file] = await this.unitOfWork.read((reader) => reader.query<FileRow>(sql(seen), bound));
    if (!file) throw notFound('document');
    return { ...file, isPublic: this.visibility.isPublic(seen.site, file.ruleId) };
  }
}

interface Lost {
  readonly what: string;
  readonly id: string;
  readonly blobId: string;
}

interface Scan {
  readonly table: string;
  readonly key: string;
  /** Finds what is lost among the rows whose key is in a range. */
  readonly lost: string;
}

/** Whether each blob has its file is checked by the core, for all blobs of the portal. */
const scans: readonly Scan[] = [
  {
    table: 'documents_media_document_version',
    key: 'id',
    lost: `SELECT 'version ' || version.label || ' of document' AS what, version.document_id AS id, version.blob_id AS "blobId"
      FROM documents_media_document_version version LEFT JOIN portico_blob blob ON blob.id = version.blob_id
      WHERE version.id > ? AND version.id <= ? AND (blob.id IS NULL OR blob.sha256 <> version.sha256)`,
  },
  {
    table: 'documents_media_rendition',
    key: 'source_blob_id',
    lost: `SELECT rendition.kind || ' picture of blob' AS what, rendition.source_blob_id AS id, rendition.blob_id AS "blobId"
      FROM documents_media_rendition rendition LEFT JOIN portico_blob blob ON blob.id = rendition.blob_id
      WHERE rendition.source_blob_id > ? AND rendition.source_blob_id <= ? AND (blob.id IS NULL OR blob.sha256 <> rendition.sha256)`,
  },
  {
    table: 'documents_media_document',
    key: 'id',
    lost: `SELECT 'current version of document' AS what, document.id, document.blob_id AS "blobId"
      FROM documents_media_document document
      LEFT JOIN documents_media_document_version version ON version.blob_id = document.blob_id AND version.document_id = document.id
      WHERE document.id > ? AND document.id <= ? AND (version.id IS NULL OR version.sha256 <> document.sha256)`,
  },
];

@injectable()
export class DocumentsCheck implements IntegrityCheck {
  readonly title = 'Every document version and every picture made of one has its blob.';

  constructor(@inject(UnitOfWork) private readonly unitOfWork: UnitOfWork) {}

  async run(): Promise<readonly IntegrityFinding[]> {
    const findings: IntegrityFinding[] = [];
    for (const scan of scans)
      for await (const { what, id, blobId } of this.lostIn(scan))
        findings.push({
          severity: 'error',
          message: `The ${what} ${id} points to the blob ${blobId}, which is missing or another one.`,
        });
    return findings;
  }

  /** Some rows at a time: a question about all of them would hold everybody up. */
  private async *lostIn({ table, key, lost }: Scan): AsyncGenerator<Lost> {
    for await (const { after, last } of keyRanges(this.unitOfWork, table, key))
      yield* await this.unitOfWork.read((reader) => reader.query<Lost>(lost, [after, last]));
  }
}
