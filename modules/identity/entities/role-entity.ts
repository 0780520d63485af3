import { Column, Entity, PrimaryColumn } from '@portico/core';

/** A role that somebody made. What it may stands in `RolePermissionEntity`, who has it in `RoleAssignmentEntity` and `GroupRoleEntity`, all by its name. */
@Entity('identity_role')
export class RoleEntity {
  /** Id of the role: a UUIDv7. It stays when the name changes, and is the address of the role's page. */
  @PrimaryColumn('text')
  id!: string;

  /** Name of the role, in the one spelling that assignments and permissions use. */
  @Column('text')
  name!: string;

  /** Name as names of roles are compared: `foldText`. Unique, and never that of a role that every portal has. */
  @Column('text', { name: 'name_key', unique: true })
  nameKey!: string;

  /** Sentence that says what the role is for; may be empty. */
  @Column('text')
  description!: string;

  /** Time at which the role was made, in ISO 8601. */
  @Column('text', { name: 'created_at' })
  createdAt!: string;
}
