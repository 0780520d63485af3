import { Column, Entity, PrimaryColumn } from '@portico/core';

/**
 * A count of attempts to sign in that failed, kept so that a restart does not give those who guess new attempts. What counts is in memory; rows
 * follow it within seconds, and go when their time is over.
 */
@Entity('identity_sign_in_count')
export class SignInCountEntity {
  /** Name of the count, and SHA-256 of what is counted, an address or an account, in lower-case hex. */
  @PrimaryColumn('text', { name: 'count_key' })
  countKey!: string;

  /** Attempts that were counted. */
  @Column('integer')
  points!: number;

  /** Time at which the count begins anew, in milliseconds since 1970. */
  @Column('integer', { name: 'ends_at' })
  endsAt!: number;
}
