import { Column, Entity, PrimaryColumn } from '@portico/core';

/** A key whose account refuses: nothing is sent with it until it is tested, changed, or the time is up. */
@Entity('ai_creator_breaker')
export class Breaker {
  /** Scope of the key: `instance`, or the id of the site whose own key it is. */
  @PrimaryColumn('text', { name: 'key_scope' })
  keyScope!: string;

  /** Code of docs/image-errors.md with which the service refused. */
  @Column('text')
  code!: string;

  /** Cause in one sentence for administrators, without the key. */
  @Column('text')
  detail!: string;

  /** Time at which the key was refused; ISO 8601. */
  @Column('text', { name: 'opened_at' })
  openedAt!: string;

  /** Time from which one request may find out whether the key works again; ISO 8601. */
  @Column('text', { name: 'probe_at' })
  probeAt!: string;
}
