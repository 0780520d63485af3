import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/**
 * An account of a program: it has roles as a person has, and nobody signs in with it. Its API tokens are rows of `ApiTokenEntity` with its id in
 * the place of a person's. The row is inserted, renamed, switched off and on, and deleted together with its roles and tokens.
 */
@Entity('identity_service_account')
export class ServiceAccountEntity {
  /** Id of the account: a UUIDv7, never that of a person. */
  @PrimaryColumn('text')
  id!: string;

  /** Name of the account, as people read it, also in the audit log. */
  @Column('text')
  name!: string;

  /** Name as names of service accounts are compared: `foldText`. Unique. */
  @Column('text', { name: 'name_key', unique: true })
  nameKey!: string;

  /** Sentence that says which program it is for; may be empty. */
  @Column('text')
  description!: string;

  /** Whether its tokens are taken. */
  @Column('boolean')
  active!: boolean;

  /** Time at which the account was made, in ISO 8601. */
  @Column('text', { name: 'created_at' })
  createdAt!: string;
}

/** A role of a service account, on the instance or in one site. */
@Entity('identity_service_account_role')
@Index('identity_service_account_role_site', ['siteId', 'serviceId', 'role'])
export class ServiceAccountRoleEntity {
  /** Id of the service account that has the role. */
  @PrimaryColumn('text', { name: 'service_id' })
  serviceId!: string;

  /** Site in which it has the role; empty for the instance, because a part of a primary key cannot be null. */
  @PrimaryColumn('text', { name: 'site_id' })
  siteId!: string;

  /** Name of the role, as the role catalog has it. */
  @PrimaryColumn('text')
  role!: string;
}
