import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/**
 * A sign-in that somebody began in a browser and that is, for now, with the provider. The row opens nothing: nonce and code verifier are computed from
 * the cookie of that browser and the state, of which it has hashes only. A browser may have several, one for each tab.
 */
@Entity('oidc_attempt')
@Index('oidc_attempt_address', ['addressHash', 'createdAt'])
export class AttemptEntity {
  /** SHA-256 of the state that was sent along, lower-case hex. */
  @PrimaryColumn('text', { name: 'state_hash' })
  stateHash!: string;

  /** SHA-256 of the cookie of the browser, lower-case hex. */
  @Column('text', { name: 'browser_hash' })
  browserHash!: string;

  /** Id of the provider. */
  @Column('text', { name: 'provider_id' })
  providerId!: string;

  /** SHA-256 of the address of the client, lower-case hex: so that one client does not use up the places of all. */
  @Column('text', { name: 'address_hash' })
  addressHash!: string;

  /** Id of the person who connects an account to their own. Null: somebody who signs in. */
  @Column('text', { name: 'person_id', nullable: true })
  personId!: string | null;

  /** Place where the person wants to go on. Null: none in particular. */
  @Column('text', { nullable: true })
  next!: string | null;

  /** Time at which it was begun, in milliseconds since 1970. */
  @Index('oidc_attempt_created')
  @Column('integer', { name: 'created_at' })
  createdAt!: number;

  /** Time at which the answer of the provider came, in milliseconds since 1970. Null: not yet. */
  @Column('integer', { name: 'used_at', nullable: true })
  usedAt!: number | null;
}
