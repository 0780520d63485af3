import { Column, Entity, PrimaryColumn } from '@portico/core';

/** A picture made from a version and kept, so that it is made once. */
@Entity('documents_media_rendition')
export class RenditionEntity {
  @PrimaryColumn('text', { name: 'source_blob_id' })
  sourceBlobId!: string;

  @PrimaryColumn('text')
  kind!: 'thumbnail';

  @Column('text', { name: 'blob_id' })
  blobId!: string;

  @Column('text')
  sha256!: string;

  @Column('integer')
  size!: number;

  @Column('text', { name: 'mime_type' })
  mimeType!: string;

  @Column('integer', { name: 'created_at' })
  createdAt!: number;
}
