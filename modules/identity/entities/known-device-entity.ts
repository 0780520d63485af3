import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/**
 * A browser from which somebody has signed in. It opens nothing: it only tells the owner of an account from strangers who guess its password,
 * so that the guesses of these do not hold up the owner. The token is in a cookie of that browser; the row has its hash.
 */
@Entity('identity_known_device')
export class KnownDeviceEntity {
  /** SHA-256 of the token in the cookie, lower-case hex. */
  @PrimaryColumn('text', { name: 'token_hash' })
  tokenHash!: string;

  /** Id of a person who signed in from it; several may share it. */
  @Index('identity_known_device_person')
  @PrimaryColumn('text', { name: 'person_id' })
  personId!: string;

  /** Time of the person's first sign-in from it, in milliseconds since 1970. */
  @Column('integer', { name: 'created_at' })
  createdAt!: number;
}
