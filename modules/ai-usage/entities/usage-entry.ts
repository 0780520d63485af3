import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/** `reserved`: counted with what was asked for; `settled`: counted with what came, or may have been charged. */
export type UsageState = 'reserved' | 'settled';

/** In the place of a site, for what was tested in Instance Settings. */
export const wholeInstance = 'instance';

/** What one order, or one test, used. It outlives what was made, and holds no description. */
@Entity('ai_usage_entry')
@Index('ai_usage_entry_at', ['at', 'id'])
@Index('ai_usage_entry_site', ['siteId', 'at', 'id'])
@Index('ai_usage_entry_person', ['personId', 'at'])
@Index('ai_usage_entry_model', ['model', 'quality', 'at'])
@Index('ai_usage_entry_error', ['errorCode', 'at'])
@Index('ai_usage_entry_state', ['state', 'at'])
export class UsageEntry {
  /** That of what was made, if there is anything. */
  @PrimaryColumn('text')
  id!: string;

  /** When it was reserved; ISO 8601. */
  @Column('text')
  at!: string;

  /** `instance` for a test in Instance Settings. */
  @Column('text', { name: 'site_id' })
  siteId!: string;

  @Column('text', { name: 'person_id' })
  personId!: string;

  /** The person's roles at that time, each between bars: `|Author|Member|`. */
  @Column('text')
  roles!: string;

  /** Id of the feature that paid, e.g. `images`. */
  @Column('text')
  feature!: string;

  /** Id of the provider; null when it was not known. */
  @Column('text', { nullable: true })
  provider!: string | null;

  @Column('text')
  model!: string;

  @Column('text')
  quality!: string;

  @Column('text')
  state!: UsageState;

  /** Images that count: those asked for while reserved, afterwards those that came or may have been charged. */
  @Column('integer')
  images!: number;

  @Column('integer', { name: 'input_tokens', nullable: true })
  inputTokens!: number | null;

  @Column('integer', { name: 'output_tokens', nullable: true })
  outputTokens!: number | null;

  /** Those of the output that went into previews, about; null when none were asked for, or nobody knows. */
  @Column('integer', { name: 'preview_tokens', nullable: true })
  previewTokens!: number | null;

  /** Millionths of the currency: an estimate while reserved; null when no price, or no usage, is known. */
  @Column('integer', { nullable: true })
  cost!: number | null;

  @Column('text', { nullable: true })
  currency!: string | null;

  /** Code of the failure, or null. */
  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: string | null;

  /** What the safety system objected to, between commas. */
  @Column('text', { nullable: true })
  categories!: string | null;
}
