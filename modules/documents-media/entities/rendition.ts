import { Column, Entity, PrimaryColumn } from '@portico/core';

/** A file that was made from a version, and is kept so that it is made once. It can be lost without harm: it is made again. */
@Entity('documents_media_rendition')
export class RenditionEntity {
  /** Id of the blob of the version that it was made from. */
  @PrimaryColumn('text', { name: 'source_blob_id' })
  sourceBlobId!: string;

  /** Kind of the file: the small picture of lists, or the copy without metadata that readers get. There is one of each kind for a blob. */
  @PrimaryColumn('text')
  kind!: 'thumbnail' | 'reader';

  /** Id of the blob that holds the file. */
  @Column('text', { name: 'blob_id' })
  blobId!: string;

  /** SHA-256 of the file, lower-case hex. */
  @Column('text')
  sha256!: string;

  /** Size of the file in bytes; 0 when readers get none, because its metadata cannot be removed. */
  @Column('integer')
  size!: number;

  /** Type of the file. */
  @Column('text', { name: 'mime_type' })
  mimeType!: string;

  /** Time at which it was made, in milliseconds since 1970. */
  @Column('integer', { name: 'created_at' })
  createdAt!: number;
}
