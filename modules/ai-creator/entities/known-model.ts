import { Column, Entity, PrimaryColumn } from '@portico/core';

/** A model as the list of its service last told. */
@Entity('ai_creator_listed_model')
export class KnownModel {
  /** Id of the image provider. */
  @PrimaryColumn('text')
  provider!: string;

  @PrimaryColumn('text')
  name!: string;

  /** ISO date; null while none is announced. */
  @Column('text', { name: 'shutdown_date', nullable: true })
  shutdownDate!: string | null;

  @Column('text', { name: 'seen_at' })
  seenAt!: string;

  /** When it was missing from the list for the first time; null while it is on it. */
  @Column('text', { name: 'gone_at', nullable: true })
  goneAt!: string | null;
}
