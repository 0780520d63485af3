import { Column, Entity, PrimaryColumn } from '@portico/core';

/** Somebody's decision that differs from what the module declares: the role has the permission, or not. */
@Entity('identity_role_permission')
export class RolePermissionEntity {
  /** Name of the role that was decided about. */
  @PrimaryColumn('text')
  role!: string;

  /** Id of the permission, as its module declares it. */
  @PrimaryColumn('text')
  permission!: string;

  /** Whether the role has the permission, whatever the declaration says. */
  @Column('boolean')
  granted!: boolean;
}
