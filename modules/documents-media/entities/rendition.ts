import { Column, Entity, PrimaryColumn } from '@portico/core';

/** A picture that was made from a version, and is kept so that it is made once. It can be lost without harm: it is made again. */
@Entity('documents_media_rendition')
export class RenditionEntity {
  /** Id of the blob of the version that it was made from. */
  @PrimaryColumn('text', { name: 'source_blob_id' })
  sourceBlobId!: string;

  /** Kind of the picture: the small one of lists, or the one without metadata that readers get. There is one of each kind for a blob. */
  @PrimaryColumn('text')
  kind!: 'thumbnail' | 'reader';

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
