import { Column, Entity, PrimaryColumn } from '@portico/core';

/** A key whose account refuses: nothing is sent with it until it is tested, changed, or the time is up. */
@Entity('ai_creator_breaker')
export class Breaker {
  /** `instance`, or the id of the site whose own key it is. */
  @PrimaryColumn('text', { name: 'key_scope' })
  keyScope!: string;

  /** A code of docs/image-errors.md. */
  @Column('text')
  code!: string;

  @Column('text')
  detail!: string;

  @Column('text', { name: 'opened_at' })
  openedAt!: string;

  /** From then on one request may find out whether it works again. */
  @Column('text', { name: 'probe_at' })
  probeAt!: string;
}
