import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/** `received`: the file as it came is safe; `offered`: it can be added; `saved`: it is a document. */
export type ImageState = 'received' | 'offered' | 'saved';

/** One image of a generation. */
@Entity('ai_creator_image')
@Index('ai_creator_image_generation', ['generationId', 'position'], { unique: true })
export class GeneratedImage {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'generation_id' })
  generationId!: string;

  /** From 1. */
  @Column('integer')
  position!: number;

  @Column('text')
  state!: ImageState;

  /** The file as it came, untouched. */
  @Column('text', { name: 'original_blob' })
  originalBlob!: string;

  /** The file at its delivery size; null while it is not made, and when the original has that size. */
  @Column('text', { name: 'rendition_blob', nullable: true })
  renditionBlob!: string | null;

  @Column('text', { name: 'mime_type' })
  mimeType!: string;

  /** SHA-256 of what is shown and delivered, lower-case hex. */
  @Column('text')
  sha256!: string;

  @Column('text')
  name!: string;

  @Column('text', { name: 'alt_text' })
  altText!: string;

  @Column('text', { name: 'document_id', nullable: true })
  documentId!: string | null;
}
