import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/** What a model costs from a day on, as an administrator entered it. Amounts are millionths of the currency. */
@Entity('ai_usage_price')
@Index('ai_usage_price_model', ['model', 'validFrom'], { unique: true })
export class Price {
  /** Id of the row, a UUIDv7. */
  @PrimaryColumn('text')
  id!: string;

  /** Name of the model, in the provider's words. */
  @Column('text')
  model!: string;

  /** First day on which the price holds, YYYY-MM-DD, UTC; until the next price of the model. */
  @Column('text', { name: 'valid_from' })
  validFrom!: string;

  /** Currency of the amounts, ISO 4217; the same in all rows. */
  @Column('text')
  currency!: string;

  /** Price of a million input tokens; 0 where none are charged. */
  @Column('integer', { name: 'input_price' })
  inputPrice!: number;

  /** Price of a million output tokens; 0 where none are charged. */
  @Column('integer', { name: 'output_price' })
  outputPrice!: number;

  /** Price of a million input tokens that belong to pictures; null: that of other input tokens. */
  @Column('integer', { name: 'input_image_price', nullable: true })
  inputImagePrice!: number | null;

  /** Price of a million output tokens that belong to pictures; null: that of other output tokens. */
  @Column('integer', { name: 'output_image_price', nullable: true })
  outputImagePrice!: number | null;

  /** Price of an image, of services that count no tokens; 0 where tokens are charged. */
  @Column('integer', { name: 'image_price' })
  imagePrice!: number;

  /** Time at which an administrator entered it; ISO 8601, UTC. */
  @Column('text', { name: 'entered_at' })
  enteredAt!: string;

  /** Name of the administrator who entered it. */
  @Column('text', { name: 'entered_by' })
  enteredBy!: string;
}
