import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/** A signed-in browser. The token itself is known to that browser only. */
@Entity('identity_session')
export class SessionEntity {
  /** SHA-256 of the token, lower-case hex. */
  @PrimaryColumn('text', { name: 'token_hash' })
  tokenHash!: string;

  @Index('identity_session_person')
  @Column('text', { name: 'person_id' })
  personId!: string;

  /** Milliseconds since 1970. */
  @Column('integer', { name: 'created_at' })
  createdAt!: number;

  /** Milliseconds since 1970; written now and then, not at each request. */
  @Column('integer', { name: 'last_used_at' })
  lastUsedAt!: number;
}
