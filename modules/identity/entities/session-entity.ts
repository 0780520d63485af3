import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/**
 * A signed-in browser. The token itself is in the cookie of that browser only; the row has its hash. Signing out, a new password and a person
 * who is not active any more delete the row, and with it the session ends.
 */
@Entity('identity_session')
export class SessionEntity {
  /** SHA-256 of the token in the cookie, lower-case hex. */
  @PrimaryColumn('text', { name: 'token_hash' })
  tokenHash!: string;

  /** Id of the person who signed in. */
  @Index('identity_session_person')
  @Column('text', { name: 'person_id' })
  personId!: string;

  /** Time of the sign-in, in milliseconds since 1970. */
  @Column('integer', { name: 'created_at' })
  createdAt!: number;

  /** Time of a recent request, in milliseconds since 1970; written now and then, not at each request. */
  @Column('integer', { name: 'last_used_at' })
  lastUsedAt!: number;

  /** Browser with which the person signed in, with its version, as a word for the person; empty when it did not say. */
  @Column('text')
  browser!: string;

  /** Operating system of that browser; empty when it did not say. */
  @Column('text')
  system!: string;

  /** Address of the client at the sign-in, through the proxies that are trusted; empty for sessions of earlier versions. */
  @Column('text')
  address!: string;
}
