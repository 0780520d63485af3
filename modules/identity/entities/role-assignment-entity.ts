import { Entity, Index, PrimaryColumn } from '@portico/core';

/** A role that a person has, on the instance or in one site. */
@Entity('identity_role_assignment')
@Index('identity_role_assignment_site', ['siteId', 'personId', 'role'])
export class RoleAssignmentEntity {
  /** Id of the person who has the role. */
  @PrimaryColumn('text', { name: 'person_id' })
  personId!: string;

  /** Site in which the person has the role; empty for the instance, because a part of a primary key cannot be null. */
  @PrimaryColumn('text', { name: 'site_id' })
  siteId!: string;

  /** Name of the role, as the role catalog has it. */
  @PrimaryColumn('text')
  role!: string;
}
