import { type IntegrityCheck, type IntegrityFinding, inject, injectable, UnitOfWork } from '@portico/core';

interface Lost {
  readonly what: string;
  readonly id: string;
  readonly blobId: string;
}

/** Whether each blob has its file is checked by the core, for all blobs of the portal. */
const sql = `SELECT 'version ' || version.label || ' of document' AS what, version.document_id AS id, version.blob_id AS blobId
    FROM documents_media_document_version version LEFT JOIN portico_blob blob ON blob.id = version.blob_id
    WHERE blob.id IS NULL OR blob.sha256 <> version.sha256
  UNION ALL
  SELECT 'thumbnail of blob', rendition.source_blob_id, rendition.blob_id
    FROM documents_media_rendition rendition LEFT JOIN portico_blob blob ON blob.id = rendition.blob_id
    WHERE blob.id IS NULL OR blob.sha256 <> rendition.sha256
  UNION ALL
  SELECT 'current version of document', document.id, document.blob_id
    FROM documents_media_document document
    LEFT JOIN documents_media_document_version version ON version.blob_id = document.blob_id AND version.document_id = document.id
    WHERE version.id IS NULL OR version.sha256 <> document.sha256`;

@injectable()
export class DocumentsCheck implements IntegrityCheck {
  readonly title = 'Every document version and every thumbnail has its blob.';

  constructor(@inject(UnitOfWork) private readonly unitOfWork: UnitOfWork) {}

  async run(): Promise<readonly IntegrityFinding[]> {
    const lost = await this.unitOfWork.read((reader) => reader.query<Lost>(sql));
    return lost.map(({ what, id, blobId }) => ({
      severity: 'error',
      message: `The ${what} ${id} points to the blob ${blobId}, which is missing or another one.`,
    }));
  }
}
