import { Column, Entity, PrimaryColumn } from '@portico/core';

/**
 * One version of a document: the file, and what was found out about it. Versions are added and go with their document; none is ever
 * changed.
 */
@Entity('documents_media_document_version')
export class DocumentVersionEntity {
  /** Id of the version: a UUIDv7, so that ids sort by time. */
  @PrimaryColumn('text')
  id!: string;

  /** Id of the document that the version belongs to. */
  @Column('text', { name: 'document_id' })
  documentId!: string;

  /** Label of the version, `1.0`, `1.1`, …; unique in its document. */
  @Column('text')
  label!: string;

  /** Id of the blob that holds the file. */
  @Column('text', { name: 'blob_id' })
  blobId!: string;

  /** SHA-256 of the file, lower-case hex. */
  @Column('text')
  sha256!: string;

  /** Size of the file in bytes. */
  @Column('integer')
  size!: number;

  /** Type of the file as its content says, not as its sender claimed. */
  @Column('text', { name: 'mime_type' })
  mimeType!: string;

  /** Charset of a text; null where not every byte of it is known to be of it. */
  @Column('text', { nullable: true })
  charset!: string | null;

  /** Width in pixels; null for what is no picture, or one that is not shown. */
  @Column('integer', { nullable: true })
  width!: number | null;

  /** Height in pixels; null for what is no picture, or one that is not shown. */
  @Column('integer', { nullable: true })
  height!: number | null;

  /** Number of the rules by which the type was decided; 0 before it was written down. */
  @Column('integer', { name: 'type_rules' })
  typeRules!: number;

  /** Id of the person who added the version. */
  @Column('text', { name: 'created_by' })
  createdBy!: string;

  /** Time at which the version was added, in milliseconds since 1970. */
  @Column('integer', { name: 'created_at' })
  createdAt!: number;
}
