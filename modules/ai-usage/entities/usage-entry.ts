import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/** `reserved`: counted with what was asked for; `settled`: counted with what came, or may have been charged. */
export type UsageState = 'reserved' | 'settled';

/** In the place of a site, for what was tested in Instance Settings. */
export const wholeInstance = 'instance';
/** In the place of a site that was erased: what was spent there stays counted. */
export const erasedSite = 'erased';

/** What one order, or one test, used. It outlives what was made, and holds no description. */
@Entity('ai_usage_entry')
@Index('ai_usage_entry_at', ['at', 'id'])
@Index('ai_usage_entry_site', ['siteId', 'at', 'id'])
@Index('ai_usage_entry_person', ['personId', 'at'])
@Index('ai_usage_entry_model', ['model', 'quality', 'at'])
@Index('ai_usage_entry_error', ['errorCode', 'at'])
@Index('ai_usage_entry_state', ['state', 'at'])
export class UsageEntry {
  /** Id of the order, which is that of what was made, e.g. of the generation; of a test, one of its own. */
  @PrimaryColumn('text')
  id!: string;

  /** Time at which it was reserved, or the test recorded; ISO 8601, UTC. Budgets count by it. */
  @Column('text')
  at!: string;

  /** Id of the site it was ordered in; `instance` for a test in Instance Settings, `erased` for a site that is gone. */
  @Column('text', { name: 'site_id' })
  siteId!: string;

  /** Id of the person who ordered it. */
  @Column('text', { name: 'person_id' })
  personId!: string;

  /** Roles that the person had at the site at that time, each between bars: `|Author|Member|`. */
  @Column('text')
  roles!: string;

  /** Id of the feature that paid, e.g. `images`. */
  @Column('text')
  feature!: string;

  /** Id of the provider that was to be asked; null when it was not known. */
  @Column('text', { nullable: true })
  provider!: string | null;

  /** Name of the model: the one to be asked while reserved, afterwards the one that answered. */
  @Column('text')
  model!: string;

  /** Quality that was asked for, in the provider's words. */
  @Column('text')
  quality!: string;

  /** State of the entry; from `reserved` to `settled`, once, and never back. */
  @Column('text')
  state!: UsageState;

  /** Number of images that count: those asked for while reserved, afterwards those that came or may have been charged. */
  @Column('integer')
  images!: number;

  /** Input tokens as the service counted them; null while reserved, and when it told none. */
  @Column('integer', { name: 'input_tokens', nullable: true })
  inputTokens!: number | null;

  /** Output tokens as the service counted them, with those of previews; null while reserved, and when it told none. */
  @Column('integer', { name: 'output_tokens', nullable: true })
  outputTokens!: number | null;

  /** Number of the input tokens that belong to pictures; null while reserved, and when the service told none. */
  @Column('integer', { name: 'input_image_tokens', nullable: true })
  inputImageTokens!: number | null;

  /** Number of the output tokens that belong to pictures; null while reserved, and when the service told none. */
  @Column('integer', { name: 'output_image_tokens', nullable: true })
  outputImageTokens!: number | null;

  /** Output tokens that went into previews, as the provider estimates them; null when none were asked for, or nobody knows. */
  @Column('integer', { name: 'preview_tokens', nullable: true })
  previewTokens!: number | null;

  /** Cost in millionths of the currency: an estimate while reserved, by the price of its day afterwards; null when no price, or no usage, is known. */
  @Column('integer', { nullable: true })
  cost!: number | null;

  /** Whether the cost of a settled entry is still the estimate, because the service told nothing of use; budgets count it, nobody calls it paid. */
  @Column('boolean', { name: 'is_estimate', nullable: true })
  isEstimate!: boolean | null;

  /** Currency of the cost, ISO 4217; null when no price is known. */
  @Column('text', { nullable: true })
  currency!: string | null;

  /** Code of the failure, in the words of the feature; null when everything came. */
  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: string | null;

  /** Categories that the provider's safety system objected to, separated by commas; null when it named none. */
  @Column('text', { nullable: true })
  categories!: string | null;
}
