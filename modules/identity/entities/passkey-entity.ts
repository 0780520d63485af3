import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/**
 * A passkey: a key pair of which the private half stays in a device, a security key or a password manager of the person. The row has the public
 * half, with which answers are checked; whoever reads the database cannot sign in with it.
 */
@Entity('identity_passkey')
export class PasskeyEntity {
  /** Id of the credential as the authenticator made it, base64url; unique in the portal. */
  @PrimaryColumn('text')
  id!: string;

  /** Id of the person whom the passkey signs in. */
  @Index('identity_passkey_person')
  @Column('text', { name: 'person_id' })
  personId!: string;

  /** Name that the person gave it, to tell it from others. */
  @Column('text')
  name!: string;

  /** Host name for which the browser made it; it works at no other (`rpId` of WebAuthn). */
  @Column('text', { name: 'rp_id' })
  rpId!: string;

  /** Public key in the format COSE, base64url. */
  @Column('text', { name: 'public_key' })
  publicKey!: string;

  /** How often the authenticator says that the key was used. Many count nothing: then it stays 0. */
  @Column('integer')
  counter!: number;

  /** Ways on which browsers reach the authenticator, as a JSON array of words of WebAuthn. */
  @Column('text')
  transports!: string;

  /** Time at which it was added, in milliseconds since 1970. */
  @Column('integer', { name: 'created_at' })
  createdAt!: number;

  /** Time of the last sign-in with it, in milliseconds since 1970. Null: none yet. */
  @Column('integer', { name: 'last_used_at', nullable: true })
  lastUsedAt!: number | null;
}
