import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/**
 * Somebody's account at another place, by which they sign in here. It is known by its issuer and subject alone: the address and the name that the place
 * says may change, and change nothing here. A row is made when an account is connected and goes when its person disconnects it.
 */
@Entity('identity_external_identity')
@Index('identity_external_identity_key', ['issuer', 'subject'], { unique: true })
export class ExternalIdentityEntity {
  /** Id of the connection: a UUIDv7. */
  @PrimaryColumn('text')
  id!: string;

  /** Who vouches for it, e.g. the issuer of OpenID Connect; unique together with the subject. */
  @Column('text')
  issuer!: string;

  /** Id that the issuer gives the account and never to another one. */
  @Column('text')
  subject!: string;

  /** Id of the person who signs in by it. */
  @Index('identity_external_identity_person')
  @Column('text', { name: 'person_id' })
  personId!: string;

  /** Id of the provider by which it was used last, as the button of the sign-in page has it. */
  @Column('text')
  provider!: string;

  /** What the issuer called the account the last time: its address or name. For people to tell it by, never to find it by. */
  @Column('text')
  label!: string;

  /** Time at which it was connected, in milliseconds since 1970. */
  @Column('integer', { name: 'created_at' })
  createdAt!: number;

  /** Time of the last sign-in by it, in milliseconds since 1970. Null: none yet. */
  @Column('integer', { name: 'last_used_at', nullable: true })
  lastUsedAt!: number | null;
}

/**
 * A role that a person has because a provider says so. While the row is there its assignment is the provider's, and goes when the provider says that
 * it does; an assignment without such a row was given by hand and stays.
 */
@Entity('identity_external_grant')
export class ExternalGrantEntity {
  /** Id of the person who has the role. */
  @PrimaryColumn('text', { name: 'person_id' })
  personId!: string;

  /** Site in which the person has the role; empty for the instance. */
  @PrimaryColumn('text', { name: 'site_id' })
  siteId!: string;

  /** Name of the role, as the role catalog has it. */
  @PrimaryColumn('text')
  role!: string;

  /** Id of the provider that says so. */
  @PrimaryColumn('text')
  provider!: string;
}

/** Where a session came from that was begun at another place, so that signing out there ends it here. It goes with its session. */
@Entity('identity_external_session')
@Index('identity_external_session_subject', ['issuer', 'subject'])
@Index('identity_external_session_sid', ['issuer', 'sid'])
export class ExternalSessionEntity {
  /** SHA-256 of the token of the session, lower-case hex. */
  @PrimaryColumn('text', { name: 'token_hash' })
  tokenHash!: string;

  /** Id of the provider, as the button of the sign-in page has it. */
  @Column('text')
  provider!: string;

  /** Who vouched for the person. */
  @Column('text')
  issuer!: string;

  /** Id of the person's account there. */
  @Column('text')
  subject!: string;

  /** Id of the session there. Null: the issuer does not say. */
  @Column('text', { nullable: true })
  sid!: string | null;
}
