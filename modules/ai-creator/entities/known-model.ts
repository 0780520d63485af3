import { Column, Entity, PrimaryColumn } from '@portico/core';

/** A model as the list of its service last told. */
@Entity('ai_creator_listed_model')
export class KnownModel {
  /** Id of the image provider. */
  @PrimaryColumn('text')
  provider!: string;

  /** Name of the model, in the provider's words. */
  @PrimaryColumn('text')
  name!: string;

  /** Date on which the service shuts it down, YYYY-MM-DD; null while none is announced. */
  @Column('text', { name: 'shutdown_date', nullable: true })
  shutdownDate!: string | null;

  /** Time at which it stood on the list last; ISO 8601. */
  @Column('text', { name: 'seen_at' })
  seenAt!: string;

  /** Time at which it was missing from the list for the first time, ISO 8601; null while it is on it. */
  @Column('text', { name: 'gone_at', nullable: true })
  goneAt!: string | null;
}
