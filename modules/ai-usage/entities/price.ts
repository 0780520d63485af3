import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/** What a model costs from a day on, as an administrator entered it. Amounts are millionths of the currency. */
@Entity('ai_usage_price')
@Index('ai_usage_price_model', ['model', 'validFrom'], { unique: true })
export class Price {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  model!: string;

  /** YYYY-MM-DD, UTC. */
  @Column('text', { name: 'valid_from' })
  validFrom!: string;

  /** ISO 4217. */
  @Column('text')
  currency!: string;

  /** Per million tokens. */
  @Column('integer', { name: 'input_price' })
  inputPrice!: number;

  /** Per million tokens. */
  @Column('integer', { name: 'output_price' })
  outputPrice!: number;

  /** Per image, for services that count no tokens. */
  @Column('integer', { name: 'image_price' })
  imagePrice!: number;

  @Column('text', { name: 'entered_at' })
  enteredAt!: string;

  @Column('text', { name: 'entered_by' })
  enteredBy!: string;
}
