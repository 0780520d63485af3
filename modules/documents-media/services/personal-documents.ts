import { personalRows } from '@portico/core/util';

/** The documents that somebody added. They stay when the person goes. */
export const personalDocuments = personalRows({
  key: 'documents',
  label: 'site.documents',
  table: 'documents_media_document',
  owner: 'created_by',
  columns: {
    site: 'site_id',
    name: 'name',
    mimeType: 'mime_type',
    size: 'size',
    createdAt: 'created_at',
    modifiedAt: 'modified_at',
  },
  times: ['createdAt', 'modifiedAt'],
  alsoOwned: ['documents_media_document_version.created_by', 'documents_media_folder.created_by'],
});
