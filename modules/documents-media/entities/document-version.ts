import { Column, Entity, PrimaryColumn } from '@portico/core';

@Entity('documents_media_document_version')
export class DocumentVersionEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'document_id' })
  documentId!: string;

  /** `1.0`, `1.1`, … unique in its document. */
  @Column('text')
  label!: string;

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

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('integer', { name: 'created_at' })
  createdAt!: number;
}
