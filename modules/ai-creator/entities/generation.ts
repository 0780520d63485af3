import type { DeliverySize } from '@portico/ai-providers/api';
import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/**
 * `reserved -> sent -> received -> offered -> saved | discarded`, or `failed`, or `unknown`: sent, and then the process died.
 * From `sent` it goes back to `reserved` when the service says that it did not carry it out, and is to be asked again at `retryAt`.
 * What is unknown is shown and never sent again.
 */
export type GenerationState = 'reserved' | 'sent' | 'received' | 'offered' | 'saved' | 'discarded' | 'failed' | 'unknown';

/** One click on Create. */
@Entity('ai_creator_generation')
@Index('ai_creator_generation_token', ['personId', 'token'], { unique: true })
@Index('ai_creator_generation_list', ['personId', 'siteId', 'id'])
@Index('ai_creator_generation_state', ['state', 'id'])
@Index('ai_creator_generation_release', ['releasedAt', 'expiresAt'])
@Index('ai_creator_generation_settled', ['settledAt', 'id'])
export class Generation {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'site_id' })
  siteId!: string;

  @Column('text', { name: 'person_id' })
  personId!: string;

  /** Made with the form: the same one twice is the same click. */
  @Column('text')
  token!: string;

  /** The first generation of the dialog it belongs to; its own id for the first. */
  @Column('text', { name: 'root_id' })
  rootId!: string;

  /** Where images are added; null: the root of the site. */
  @Column('text', { name: 'folder_id', nullable: true })
  folderId!: string | null;

  /** Empty when it has been forgotten. */
  @Column('text')
  description!: string;

  /** Of token and description; null for those that are older than the column. */
  @Column('text', { name: 'description_hash', nullable: true })
  descriptionHash!: string | null;

  @Column('text')
  size!: DeliverySize;

  @Column('integer')
  count!: number;

  /** What the provider was told; null while it was not asked. */
  @Column('text', { nullable: true })
  quality!: string | null;

  /** Name of the style preset that was added to the description. */
  @Column('text', { nullable: true })
  style!: string | null;

  /** What it varies: an image of the same person, or a document; null for an image from words alone. */
  @Column('text', { name: 'source_kind', nullable: true })
  sourceKind!: 'image' | 'document' | null;

  @Column('text', { name: 'source_id', nullable: true })
  sourceId!: string | null;

  @Column('text', { name: 'source_name', nullable: true })
  sourceName!: string | null;

  /** Of a document. */
  @Column('text', { name: 'source_version', nullable: true })
  sourceVersion!: string | null;

  /** SHA-256 of the file that was there, lower-case hex. */
  @Column('text', { name: 'source_sha256', nullable: true })
  sourceSha256!: string | null;

  /** What is sent of it, kept with the generation: its type, and its file. */
  @Column('text', { name: 'source_type', nullable: true })
  sourceType!: string | null;

  @Column('text', { name: 'source_blob', nullable: true })
  sourceBlob!: string | null;

  /** What it derives from was not made by a machine. */
  @Column('boolean', { name: 'is_composite', nullable: true })
  isComposite!: boolean | null;

  @Column('text')
  state!: GenerationState;

  @Column('text', { nullable: true })
  provider!: string | null;

  @Column('text', { nullable: true })
  model!: string | null;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: string | null;

  /** For the administrator: the cause in one sentence, without key and prompt. */
  @Column('text', { name: 'error_detail', nullable: true })
  errorDetail!: string | null;

  /** What the safety system objected to, between commas. */
  @Column('text', { nullable: true })
  categories!: string | null;

  /** Seconds. */
  @Column('integer', { name: 'retry_after', nullable: true })
  retryAfter!: number | null;

  /** How often it was sent. */
  @Column('integer')
  attempts!: number;

  /** While it is reserved: when it is sent, at the earliest. `errorCode` and `errorDetail` say why it waits. */
  @Column('text', { name: 'retry_at', nullable: true })
  retryAt!: string | null;

  /** When it was made to wait for the first time. */
  @Column('text', { name: 'waiting_since', nullable: true })
  waitingSince!: string | null;

  /** Which scope supplied the key: `instance`, `site` or `environment`; null while nothing was sent, and for providers without one. */
  @Column('text', { name: 'key_from', nullable: true })
  keyFrom!: string | null;

  @Column('boolean', { name: 'maybe_charged' })
  maybeCharged!: boolean;

  @Column('integer', { name: 'input_tokens', nullable: true })
  inputTokens!: number | null;

  @Column('integer', { name: 'output_tokens', nullable: true })
  outputTokens!: number | null;

  /** Times are ISO 8601. */
  @Column('text', { name: 'created_at' })
  createdAt!: string;

  @Column('text', { name: 'sent_at', nullable: true })
  sentAt!: string | null;

  @Column('text', { name: 'received_at', nullable: true })
  receivedAt!: string | null;

  @Column('text', { name: 'settled_at', nullable: true })
  settledAt!: string | null;

  @Column('text', { name: 'expires_at' })
  expiresAt!: string;

  /** When its files went. */
  @Column('text', { name: 'released_at', nullable: true })
  releasedAt!: string | null;
}
