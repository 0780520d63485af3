import {
  type Contribution,
  type Contributions,
  contributions,
  Emitter,
  inject,
  injectable,
  type Permission,
  type PermissionId,
  Permissions,
  PortalError,
  type Reader,
  type RoleName,
  type Transaction,
} from '@portico/core';
import { foldText } from '@portico/core/util';
import type { BuiltInRole, Role, Roles } from '../api/index.js';
import { RoleEntity } from '../entities/role-entity.js';
import { RolePermissionEntity } from '../entities/role-permission-entity.js';

/** A permission, its module, and the roles that hold it now. */
export interface Grant {
  readonly permission: Permission;
  readonly module: string;
  readonly roles: ReadonlySet<RoleName>;
}

/** What is stored about roles. */
export interface RoleRows {
  readonly roles: readonly RoleEntity[];
  readonly permissions: readonly RolePermissionEntity[];
}

const instance = ['instance'] as const;
const site = ['site'] as const;
const places: Readonly<Record<BuiltInRole, Role['places']>> = {
  Administrator: instance,
  Operator: instance,
  'Site Administrator': site,
  Author: site,
  Member: site,
  Guest: [],
};

/** The roles that every portal has, the mightiest first. What Administrator may is not up for decision. */
const builtIn: readonly Role[] = Object.entries(places).map(([name, where]) =>
  Object.freeze({ id: name.toLowerCase().replaceAll(' ', '-'), name, description: '', isBuiltIn: true, places: where }),
);

/** Which roles there are, and which role holds which permission: what modules declare, and what somebody decided instead. */
@injectable()
export class RoleCatalog implements Roles {
  private roles: readonly Role[] = builtIn;
  private rolesByKey: ReadonlyMap<string, Role> = byKey(builtIn);
  private overrides: ReadonlyMap<string, boolean> = new Map();
  private grants: ReadonlyMap<PermissionId, Grant> | undefined;
  private snapshot: readonly Contribution<Permission>[] | undefined;
  private readonly changed = new Emitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(@inject(contributions(Permissions)) private readonly permissions: Contributions<Permission>) {}

  all(): readonly Role[] {
    return this.roles;
  }

  names(): readonly RoleName[] {
    return this.roles.map(({ name }) => name);
  }

  byName(name: string): Role | undefined {
    return this.rolesByKey.get(foldText(name));
  }

  byId(id: string): Role | undefined {
    return this.roles.find((role) => role.id === id);
  }

  grant(id: PermissionId): Grant | undefined {
    return this.current().get(id);
  }

  allGrants(): readonly Grant[] {
    return [...this.current().values()];
  }

  async load(reader: Reader): Promise<void> {
    this.replace(await RoleCatalog.read(reader));
  }

  /** What a transaction, or a reader, finds. */
  static async read(reader: Pick<Reader, 'repository'>): Promise<RoleRows> {
    return {
      roles: await reader.repository(RoleEntity).find({ order: { nameKey: 'ASC' } }),
      permissions: await reader.repository(RolePermissionEntity).find(),
    };
  }

  /** With the commit, what the transaction leaves is what everybody reads. */
  async publish(transaction: Transaction): Promise<void> {
    const rows = await RoleCatalog.read(transaction);
    transaction.afterCommit(() => this.replace(rows));
  }

  /** Whether somebody decided about a permission of a role, and what; undefined where the declaration counts. */
  decided(role: RoleName, permission: PermissionId): boolean | undefined {
    return this.overrides.get(keyOf(role, permission));
  }

  private replace({ roles, permissions }: RoleRows): void {
    const made = roles.map(({ id, name, description }): Role => {
      return Object.freeze({ id, name, description, isBuiltIn: false, places: ['instance', 'site'] as const });
    });
    this.roles = Object.freeze([...builtIn, ...made]);
    this.rolesByKey = byKey(this.roles);
    this.overrides = new Map(permissions.map((row) => [keyOf(row.role, row.permission), row.granted]));
    this.grants = undefined;
    this.changed.fire();
  }

  /** Rebuilt when modules came or went: the snapshot of the point is another one then. */
  private current(): ReadonlyMap<PermissionId, Grant> {
    const snapshot = this.permissions.all();
    if (this.grants && this.snapshot === snapshot) return this.grants;
    const grants = new Map<PermissionId, Grant>();
    // One that cannot be read is left out, and its module is told.
    this.permissions.each((permission, { module }) => {
      const { id, defaultRoles } = permission;
      const declared = new Set(defaultRoles.map((role) => foldText(role)));
      const roles = this.names().filter(
        (role) => role === 'Administrator' || (this.overrides.get(keyOf(role, id)) ?? declared.has(foldText(role))),
      );
      grants.set(id, Object.freeze({ permission, module, roles: new Set(roles) }));
      this.checkRoles(permission);
    }, snapshot);
    this.snapshot = snapshot;
    this.grants = grants;
    return grants;
  }

  /** What it throws is an error of the contribution; its other roles count. */
  private checkRoles({ id, defaultRoles }: Permission): void {
    const unknown = defaultRoles.filter((role) => !this.byName(role));
    if (unknown.length > 0)
      throw new PortalError('role-unknown', `The permission ${id} goes to roles that do not exist: ${unknown.join(', ')}.`);
  }
}

/** Whether a module gives a permission to a role until somebody decides otherwise. */
export function isDeclared({ defaultRoles }: Permission, role: RoleName): boolean {
  return defaultRoles.some((other) => foldText(other) === foldText(role));
}

function byKey(roles: readonly Role[]): ReadonlyMap<string, Role> {
  return new Map(roles.map((role) => [foldText(role.name), role]));
}

function keyOf(role: string, permission: string): string {
  return `${role}\n${permission}`;
}
