import { Column, Entity, PrimaryColumn } from '@portico/core';

/** Somebody's decision that differs from what the module declares: the role has the permission, or not. */
@Entity('identity_role_permission')
export class RolePermissionEntity {
  @PrimaryColumn('text')
  role!: string;

  @PrimaryColumn('text')
  permission!: string;

  @Column('boolean')
  granted!: boolean;
}
