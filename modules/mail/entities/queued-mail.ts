import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/** `waiting` until it is due, `sending` while somebody holds it, then `sent`, or `failed` for good. */
export type MailState = 'waiting' | 'sending' | 'sent' | 'failed';

/**
 * One mail to one address. It is inserted by the transaction of whatever causes it. Whoever sends it takes it first, for a limited time, and writes
 * what came of it afterwards; when the process dies between the two, it is taken again when the time is over, with the same Message-ID. Its text is
 * sealed, and erased when it was sent or its time is over: links in it open accounts.
 */
@Entity('mail_message')
@Index('mail_message_due', ['state', 'nextTryAt'])
@Index('mail_message_list', ['state', 'id'])
export class QueuedMail {
  /** Id of the mail: a UUIDv7, and the left part of its Message-ID. */
  @PrimaryColumn('text')
  id!: string;

  /** What it is, as the module that sends it calls it, e.g. `password-reset`. */
  @Column('text')
  kind!: string;

  /** Address that it goes to. */
  @Column('text')
  recipient!: string;

  /** Subject, as it stands in the mail. */
  @Column('text')
  subject!: string;

  /** Text and HTML as JSON, sealed; null when it was sent, or has ended. */
  @Column('text', { nullable: true })
  body!: string | null;

  /** Where in its life it is: `waiting`, `sending`, `sent`, `failed`. */
  @Column('text')
  state!: MailState;

  /** How often a server was asked to take it. */
  @Column('integer')
  attempts!: number;

  /** Time at which it was queued, in milliseconds since 1970. */
  @Column('integer', { name: 'created_at' })
  createdAt!: number;

  /** Time from which it may be taken, in milliseconds since 1970; of one that is `sending`, when whoever holds it has lost it. */
  @Column('integer', { name: 'next_try_at' })
  nextTryAt!: number;

  /** Time after which it is not sent any more, in milliseconds since 1970. */
  @Column('integer', { name: 'until_at' })
  untilAt!: number;

  /** Time of the last attempt, in milliseconds since 1970; null: none yet. */
  @Column('integer', { name: 'tried_at', nullable: true })
  triedAt!: number | null;

  /** Why the last attempt came to nothing, e.g. `silent`; null: it did not. */
  @Column('text', { nullable: true })
  fault!: string | null;

  /** What the server said to that, as it said it; null: nothing. */
  @Column('text', { nullable: true })
  answer!: string | null;
}
