import type { DeliverySize } from '@portico/ai-providers/api';
import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/**
 * `reserved -> sent -> received -> offered -> saved | discarded`, or `failed`, or `unknown`: sent, and then the process died.
 * From `sent` it goes back to `reserved` when the service says that it did not carry it out, and is to be asked again at `retryAt`.
 * What is unknown is shown and never sent again.
 */
export type GenerationState = 'reserved' | 'sent' | 'received' | 'offered' | 'saved' | 'discarded' | 'failed' | 'unknown';

/**
 * An order of images and what became of it. One idempotency key of a person is one row. All times are ISO 8601, UTC; `services/generations/state.ts`
 * says which state follows which, and who may make it so.
 */
@Entity('ai_creator_generation')
@Index('ai_creator_generation_idempotency_key', ['personId', 'idempotencyKey'], { unique: true })
@Index('ai_creator_generation_list', ['personId', 'siteId', 'id'])
@Index('ai_creator_generation_state', ['state', 'id'])
@Index('ai_creator_generation_release', ['releasedAt', 'expiresAt'])
@Index('ai_creator_generation_settled', ['settledAt', 'id'])
export class Generation {
  /** Id of the generation, of its usage entry and of the request in the log: a UUIDv7, so that ids sort by time. */
  @PrimaryColumn('text')
  id!: string;

  /** Id of the site it was asked for in. */
  @Column('text', { name: 'site_id' })
  siteId!: string;

  /** Id of the author, who alone sees it. */
  @Column('text', { name: 'person_id' })
  personId!: string;

  /** Idempotency key of the request, from the form, the command or, after `api:`, the header; unique per person. */
  @Column('text', { name: 'idempotency_key' })
  idempotencyKey!: string;

  /** Id of the first generation of the same dialog; its own id for the first. */
  @Column('text', { name: 'root_id' })
  rootId!: string;

  /** Id of the folder to which its images are added; null: the root of the site. */
  @Column('text', { name: 'folder_id', nullable: true })
  folderId!: string | null;

  /** Words of the author, without the style preset; empty when they have been forgotten. */
  @Column('text')
  description!: string;

  /** SHA-256 of idempotency key and description, lower-case hex; tells the same request when the words are forgotten. Null in rows older than it. */
  @Column('text', { name: 'description_hash', nullable: true })
  descriptionHash!: string | null;

  /** Size in pixels at which its images are delivered, `512x512`; what the provider is asked for may be larger. */
  @Column('text')
  size!: DeliverySize;

  /** Number of images that were ordered. */
  @Column('integer')
  count!: number;

  /** Quality that the provider was asked for, in the provider's words; null while it was not asked. */
  @Column('text', { nullable: true })
  quality!: string | null;

  /** Name of the style preset that was added to the description; null without one. */
  @Column('text', { nullable: true })
  style!: string | null;

  /** Kind of the picture that it varies: an image of the same person, or a document. This and the other `source` fields are null for an image from words alone. */
  @Column('text', { name: 'source_kind', nullable: true })
  sourceKind!: 'image' | 'document' | null;

  /** Id of that image or document. */
  @Column('text', { name: 'source_id', nullable: true })
  sourceId!: string | null;

  /** File name of the source when it was ordered. */
  @Column('text', { name: 'source_name', nullable: true })
  sourceName!: string | null;

  /** Label of the version of the document, `1.0`; null for an image. */
  @Column('text', { name: 'source_version', nullable: true })
  sourceVersion!: string | null;

  /** SHA-256 of the source's file as it was then, lower-case hex. */
  @Column('text', { name: 'source_sha256', nullable: true })
  sourceSha256!: string | null;

  /** Media type of the picture that is sent, which may be smaller than the source's file. */
  @Column('text', { name: 'source_type', nullable: true })
  sourceType!: string | null;

  /** Id of the blob with the picture that is sent; null again when it has gone. */
  @Column('text', { name: 'source_blob', nullable: true })
  sourceBlob!: string | null;

  /** Whether the source, or a part of it, was not made by a machine. */
  @Column('boolean', { name: 'is_composite', nullable: true })
  isComposite!: boolean | null;

  /** State that it is in; only `GenerationStateWriter` writes it. */
  @Column('text')
  state!: GenerationState;

  /** Id of the image provider that was asked; null while none was. */
  @Column('text', { nullable: true })
  provider!: string | null;

  /** Name of the model that was asked, in the provider's words; null while none was. */
  @Column('text', { nullable: true })
  model!: string | null;

  /** Code of docs/image-errors.md: why it failed, why images are missing, or why it waits; null without trouble. */
  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: string | null;

  /** Cause of `errorCode` in one sentence for administrators, without key and prompt. */
  @Column('text', { name: 'error_detail', nullable: true })
  errorDetail!: string | null;

  /** Categories that the provider's safety system objected to, separated by commas; null when it named none. */
  @Column('text', { nullable: true })
  categories!: string | null;

  /** Seconds that the service asked to wait; null when it named none. */
  @Column('integer', { name: 'retry_after', nullable: true })
  retryAfter!: number | null;

  /** Number of times that it was sent. */
  @Column('integer')
  attempts!: number;

  /** Earliest time at which a reserved one is sent again; null when it need not wait. */
  @Column('text', { name: 'retry_at', nullable: true })
  retryAt!: string | null;

  /** Time at which it was first made to wait; null when it never was. */
  @Column('text', { name: 'waiting_since', nullable: true })
  waitingSince!: string | null;

  /** Scope that supplied the API key: `instance`, `site` or `environment`; null while nothing was sent, and for providers without one. */
  @Column('text', { name: 'key_from', nullable: true })
  keyFrom!: string | null;

  /** Whether the service may have charged for images that did not come. */
  @Column('boolean', { name: 'maybe_charged' })
  maybeCharged!: boolean;

  /** Input tokens as the service counted them, over all its answers; null when it told none. */
  @Column('integer', { name: 'input_tokens', nullable: true })
  inputTokens!: number | null;

  /** Output tokens as the service counted them, over all its answers; null when it told none. */
  @Column('integer', { name: 'output_tokens', nullable: true })
  outputTokens!: number | null;

  /** Number of the input tokens that belong to pictures; null when the service told none. */
  @Column('integer', { name: 'input_image_tokens', nullable: true })
  inputImageTokens!: number | null;

  /** Number of the output tokens that belong to pictures; null when the service told none. */
  @Column('integer', { name: 'output_image_tokens', nullable: true })
  outputImageTokens!: number | null;

  /** Id under which the service knows the last request, for who asks its makers; null when it told none. */
  @Column('text', { name: 'request_id', nullable: true })
  requestId!: string | null;

  /** Time of the order. */
  @Column('text', { name: 'created_at' })
  createdAt!: string;

  /** Time at which it was sent last; null while it was not. */
  @Column('text', { name: 'sent_at', nullable: true })
  sentAt!: string | null;

  /** Time at which the first image was safe on disk; null while none is. */
  @Column('text', { name: 'received_at', nullable: true })
  receivedAt!: string | null;

  /** Time from which nothing more happens by itself; null until then. */
  @Column('text', { name: 'settled_at', nullable: true })
  settledAt!: string | null;

  /** Time from which images that nobody added are deleted. */
  @Column('text', { name: 'expires_at' })
  expiresAt!: string;

  /** Time at which its files went; null while they are there. */
  @Column('text', { name: 'released_at', nullable: true })
  releasedAt!: string | null;
}
