import { Column, Entity, PrimaryColumn } from '@portico/core';

/**
 * The authenticator app of a person: the secret from which the app and the portal compute the same code for each step of thirty seconds. A row is
 * there once a first code has proved that the app has the secret; it goes when the person turns it off or an administrator removes it.
 */
@Entity('identity_authenticator')
export class AuthenticatorEntity {
  /** Id of the person who has the app; one has at most one. */
  @PrimaryColumn('text', { name: 'person_id' })
  personId!: string;

  /** The secret in base32, sealed under the master key for this person. */
  @Column('text')
  secret!: string;

  /** The last step whose code was taken, in steps of thirty seconds since 1970; codes of it and of those before are taken no more. */
  @Column('integer', { name: 'last_step' })
  lastStep!: number;

  /** Time at which the app was set up, in milliseconds since 1970. */
  @Column('integer', { name: 'created_at' })
  createdAt!: number;
}
