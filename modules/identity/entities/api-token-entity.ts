import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/**
 * A token with which a program speaks for a person, or for a service account. The token itself is shown once, when it is made; the row has its hash, so that whoever
 * reads the database cannot use it. A row is inserted, its last use written, and it is deleted when somebody revokes it; a program may never
 * do more than its scopes and than its person may at that moment, and one of a service account whatever the account may.
 */
@Entity('identity_api_token')
export class ApiTokenEntity {
  /** Id of the token: a UUIDv7, so that ids sort by time. */
  @PrimaryColumn('text')
  id!: string;

  /** Id of the person or of the service account for whom the token speaks. */
  @Index('identity_api_token_person')
  @Column('text', { name: 'person_id' })
  personId!: string;

  /** Name that was given to the token, to tell it from others. */
  @Column('text')
  name!: string;

  /** SHA-256 of the token, lower-case hex; unique, because requests are looked up by it. */
  @Column('text', { name: 'token_hash', unique: true })
  tokenHash!: string;

  /** Permissions that the token may use, as a JSON array of ids; those that its person lacks count for nothing. Empty of a service account. */
  @Column('text')
  scopes!: string;

  /** Time at which the token was made, in milliseconds since 1970. */
  @Column('integer', { name: 'created_at' })
  createdAt!: number;

  /** Time from which the token is refused, in milliseconds since 1970. */
  @Column('integer', { name: 'expires_at' })
  expiresAt!: number;

  /** Time of a recent use, in milliseconds since 1970; written now and then, not at each request. Null: never used. */
  @Column('integer', { name: 'last_used_at', nullable: true })
  lastUsedAt!: number | null;
}
