import { Column, Entity, PrimaryColumn } from '@portico/core';

/** A document with the facts of its current version, so that a page, a list or a download reads one row. */
@Entity('documents_media_document')
export class DocumentEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'site_id' })
  siteId!: string;

  @Column('text', { name: 'folder_id' })
  folderId!: string;

  @Column('text')
  name!: string;

  @Column('text', { name: 'name_key' })
  nameKey!: string;

  @Column('text', { name: 'alt_text' })
  altText!: string;

  @Column('boolean', { name: 'alt_text_drafted' })
  altTextDrafted!: boolean;

  /** Of the one who added it: the same key is added once. */
  @Column('text', { name: 'once_key', nullable: true })
  idempotencyKey!: string | null;

  /** Label of the current version. */
  @Column('text')
  version!: string;

  @Column('text', { name: 'blob_id' })
  blobId!: string;

  @Column('text')
  sha256!: string;

  @Column('integer')
  size!: number;

  @Column('text', { name: 'mime_type' })
  mimeType!: string;

  @Column('integer', { nullable: true })
  width!: number | null;

  @Column('integer', { nullable: true })
  height!: number | null;

  /** Lists of pictures alone must not walk past other files. */
  @Column('text')
  kind!: 'image' | 'file';

  /** JSON of Provenance. */
  @Column('text', { nullable: true })
  provenance!: string | null;

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('integer', { name: 'created_at' })
  createdAt!: number;

  @Column('integer', { name: 'modified_at' })
  modifiedAt!: number;
}
