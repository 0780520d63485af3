import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/** `received`: the file as it came is safe; `offered`: it can be added; `saved`: it is a document. */
export type ImageState = 'received' | 'offered' | 'saved';

/** One image of a generation, from the arrival of its file until it is added, discarded or expires. */
@Entity('ai_creator_image')
@Index('ai_creator_image_generation', ['generationId', 'position'], { unique: true })
export class GeneratedImage {
  /** Id of the image, which is part of the idempotency key under which it becomes a document. */
  @PrimaryColumn('text')
  id!: string;

  /** Id of the generation that it belongs to. */
  @Column('text', { name: 'generation_id' })
  generationId!: string;

  /** Place among the images of its generation, from 1. */
  @Column('integer')
  position!: number;

  /** State of the image, apart from that of its generation. */
  @Column('text')
  state!: ImageState;

  /** Id of the blob that holds the file as it came, untouched. */
  @Column('text', { name: 'original_blob' })
  originalBlob!: string;

  /** Id of the blob that holds the file at its delivery size; null while it is not made, and when the original is delivered untouched: it has that size, or is smaller or of another shape. */
  @Column('text', { name: 'rendition_blob', nullable: true })
  renditionBlob!: string | null;

  /** Media type of the file that is shown and delivered, found by decoding it. */
  @Column('text', { name: 'mime_type' })
  mimeType!: string;

  /** Width in pixels of the file that is shown and delivered; null in rows older than it. */
  @Column('integer', { nullable: true })
  width!: number | null;

  /** Height in pixels of that file; null in rows older than it. */
  @Column('integer', { nullable: true })
  height!: number | null;

  /** SHA-256 of the file that is shown and delivered, lower-case hex. */
  @Column('text')
  sha256!: string;

  /** File name that the document gets, made from the description. */
  @Column('text')
  name!: string;

  /** Alternative text that the document gets, drafted from the description. */
  @Column('text', { name: 'alt_text' })
  altText!: string;

  /** Id of the document that it became; null while it is none. */
  @Column('text', { name: 'document_id', nullable: true })
  documentId!: string | null;
}
