import type { MigrationInterface, QueryRunner } from '@portico/core';

/**
 * The list reads the newest documents of a folder, or those that follow a name: each order has an index that starts with site and folder
 * and carries what the list shows, so that a page of a folder with a million documents touches the index alone.
 */
const statements = [
  `CREATE TABLE documents_media_folder (
    id text PRIMARY KEY NOT NULL,
    site_id text NOT NULL,
    parent_id text NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    created_by text NOT NULL,
    created_at integer NOT NULL,
    modified_at integer NOT NULL
  )`,
  'CREATE UNIQUE INDEX documents_media_folder_name ON documents_media_folder (site_id, parent_id, name_key)',
  'CREATE INDEX documents_media_folder_search ON documents_media_folder (site_id, name_key, id)',
  `CREATE TABLE documents_media_document (
    id text PRIMARY KEY NOT NULL,
    site_id text NOT NULL,
    folder_id text NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    alt_text text NOT NULL,
    version text NOT NULL,
    blob_id text NOT NULL,
    sha256 text NOT NULL,
    size integer NOT NULL,
    mime_type text NOT NULL,
    width integer,
    height integer,
    kind text NOT NULL,
    provenance text,
    created_by text NOT NULL,
    created_at integer NOT NULL,
    modified_at integer NOT NULL
  )`,
  'CREATE UNIQUE INDEX documents_media_document_name ON documents_media_document (site_id, folder_id, name_key)',
  `CREATE INDEX documents_media_document_newest ON documents_media_document
    (site_id, folder_id, id, name, name_key, alt_text, mime_type, size, width, height, modified_at)`,
  'CREATE INDEX documents_media_document_images ON documents_media_document (site_id, folder_id, kind, id)',
  'CREATE INDEX documents_media_document_search ON documents_media_document (site_id, name_key, id)',
  `CREATE TABLE documents_media_document_version (
    id text PRIMARY KEY NOT NULL,
    document_id text NOT NULL REFERENCES documents_media_document (id) ON DELETE CASCADE,
    label text NOT NULL,
    blob_id text NOT NULL,
    sha256 text NOT NULL,
    size integer NOT NULL,
    mime_type text NOT NULL,
    width integer,
    height integer,
    created_by text NOT NULL,
    created_at integer NOT NULL
  )`,
  'CREATE UNIQUE INDEX documents_media_document_version_label ON documents_media_document_version (document_id, label)',
  'CREATE UNIQUE INDEX documents_media_document_version_blob ON documents_media_document_version (blob_id)',
  `CREATE TABLE documents_media_rendition (
    source_blob_id text NOT NULL,
    kind text NOT NULL,
    blob_id text NOT NULL,
    sha256 text NOT NULL,
    size integer NOT NULL,
    mime_type text NOT NULL,
    created_at integer NOT NULL,
    PRIMARY KEY (source_blob_id, kind)
  )`,
];

const tables = ['rendition', 'document_version', 'document', 'folder'];

export class CreateDocuments1763800000000 implements MigrationInterface {
  readonly name = 'CreateDocuments1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables) await runner.query(`DROP TABLE documents_media_${table}`);
  }
}
