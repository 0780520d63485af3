import type { Document, Folder } from '../api/documents.js';
import type { DocumentEntity } from '../entities/document.js';
import { type FolderEntity, rootFolder } from '../entities/folder.js';
import { metadataOf } from './metadata.js';

export function toDocument(entity: DocumentEntity): Document {
  return {
    id: entity.id,
    siteId: entity.siteId,
    folderId: entity.folderId === rootFolder ? undefined : entity.folderId,
    name: entity.name,
    altText: entity.altText,
    // A plain query of SQLite answers 0 and 1.
    altTextDrafted: Boolean(entity.altTextDrafted),
    mimeType: entity.mimeType,
    size: entity.size,
    sha256: entity.sha256,
    width: entity.width ?? undefined,
    height: entity.height ?? undefined,
    createdBy: entity.createdBy,
    createdAt: new Date(entity.createdAt),
    modifiedAt: new Date(entity.modifiedAt),
    metadata: metadataOf(entity.metadata),
  };
}

export function toFolder(entity: FolderEntity): Folder {
  return {
    id: entity.id,
    siteId: entity.siteId,
    parentId: entity.parentId === rootFolder ? undefined : entity.parentId,
    name: entity.name,
  };
}

/** Reads one row without the repository: pages, downloads and thumbnails ask for it each time. */
export const documentColumns = `id, site_id AS "siteId", folder_id AS "folderId", name, name_key AS "nameKey", search_text AS "searchText", alt_text AS "altText",
  alt_text_drafted AS "altTextDrafted", idempotency_key AS "idempotencyKey", version,
  blob_id AS "blobId", sha256, size, mime_type AS "mimeType", width, height, kind, metadata,
  metadata_kinds AS "metadataKinds", own_rule_id AS "ownRuleId", rule_id AS "ruleId", created_by AS "createdBy", created_at AS "createdAt",
  modified_at AS "modifiedAt"`;

export const folderColumns = `id, site_id AS "siteId", parent_id AS "parentId", name, name_key AS "nameKey", search_text AS "searchText", own_rule_id AS "ownRuleId", rule_id AS "ruleId",
  created_by AS "createdBy", created_at AS "createdAt", modified_at AS "modifiedAt"`;
