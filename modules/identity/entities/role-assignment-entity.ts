import { Entity, Index, PrimaryColumn } from '@portico/core';

/** A role that a person has, on the instance or in one site. */
@Entity('identity_role_assignment')
@Index('identity_role_assignment_site', ['siteId', 'personId', 'role'])
export class RoleAssignmentEntity {
  @PrimaryColumn('text', { name: 'person_id' })
  personId!: string;

  /** Empty for the instance: a part of a primary key cannot be null. */
  @PrimaryColumn('text', { name: 'site_id' })
  siteId!: string;

  @PrimaryColumn('text')
  role!: string;
}
