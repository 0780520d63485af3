import { Column, Entity, PrimaryColumn } from '@portico/core';

/** A provider of OpenID Connect by which people sign in. */
@Entity('oidc_provider')
export class ProviderEntity {
  /** Id of the provider: a UUID. It is part of the addresses that are registered there, and stays. */
  @PrimaryColumn('text')
  id!: string;

  /** What people call it; the button says **Sign in with** this. */
  @Column('text')
  name!: string;

  /** Issuer, as it stands in its tokens: an https address, or http on this very machine. */
  @Column('text')
  issuer!: string;

  /** Id under which the provider knows this portal. */
  @Column('text', { name: 'client_id' })
  clientId!: string;

  /** Secret of the client, sealed; null for a client without one. */
  @Column('text', { name: 'client_secret', nullable: true })
  clientSecret!: string | null;

  /** Scopes that are asked for, with blanks between them; `openid` is among them. */
  @Column('text')
  scopes!: string;

  /** Name of the claim that says somebody's groups; empty: none is looked at. */
  @Column('text', { name: 'groups_claim' })
  groupsClaim!: string;

  /** Which group gives which role where, as a JSON array of `GroupRole`. */
  @Column('text', { name: 'group_roles' })
  groupRoles!: string;

  /** Whether people who have no account here get one. */
  @Column('boolean', { name: 'adds_people' })
  addsPeople!: boolean;

  /** Whether it asks for a second factor itself. */
  @Column('boolean', { name: 'counts_as_second_factor' })
  countsAsSecondFactor!: boolean;

  /** Whether people can sign in by it now. */
  @Column('boolean')
  enabled!: boolean;

  /** Time of the last change, in milliseconds since 1970. */
  @Column('integer', { name: 'changed_at' })
  changedAt!: number;

  /** Name of the person who made the last change. */
  @Column('text', { name: 'changed_by' })
  changedBy!: string;
}
