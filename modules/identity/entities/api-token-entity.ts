import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/** A token with which a program speaks for a person. The token itself is known to that program only. */
@Entity('identity_api_token')
export class ApiTokenEntity {
  @PrimaryColumn('text')
  id!: string;

  @Index('identity_api_token_person')
  @Column('text', { name: 'person_id' })
  personId!: string;

  @Column('text')
  name!: string;

  /** SHA-256 of the token, lower-case hex. */
  @Column('text', { name: 'token_hash', unique: true })
  tokenHash!: string;

  /** Permission ids as a JSON array. */
  @Column('text')
  scopes!: string;

  /** Milliseconds since 1970. */
  @Column('integer', { name: 'created_at' })
  createdAt!: number;

  @Column('integer', { name: 'expires_at' })
  expiresAt!: number;

  /** Written now and then, not at each request. */
  @Column('integer', { name: 'last_used_at', nullable: true })
  lastUsedAt!: number | null;
}
