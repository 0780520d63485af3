import {
  AuditLog,
  type Contribution,
  type Contributions,
  contributions,
  inject,
  injectable,
  type Permission,
  type PermissionId,
  Permissions,
  PortalError,
  type Reader,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import type { RoleName } from '../api/index.js';
import { RolePermissionEntity } from '../entities/role-permission-entity.js';

/** A permission, its module, and the roles that hold it now. */
export interface Grant {
  readonly permission: Permission;
  readonly module: string;
  readonly roles: ReadonlySet<RoleName>;
}

/** All roles, the mightiest first. What Administrator may is not up for decision. */
export const allRoles: readonly RoleName[] = ['Administrator', 'Operator', 'Site Administrator', 'Author', 'Member', 'Guest'];

/** Which role holds which permission: what modules declare, and what somebody decided instead. */
@injectable()
export class RoleCatalog {
  private overrides = new Map<string, boolean>();
  private grants: ReadonlyMap<PermissionId, Grant> | undefined;
  private snapshot: readonly Contribution<Permission>[] | undefined;

  constructor(
    @inject(contributions(Permissions)) private readonly permissions: Contributions<Permission>,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  grant(id: PermissionId): Grant | undefined {
    return this.current().get(id);
  }

  all(): readonly Grant[] {
    return [...this.current().values()];
  }

  async load(reader: Reader): Promise<void> {
    const rows = await reader.repository(RolePermissionEntity).find();
    this.overrides = new Map(rows.map((row) => [keyOf(row.role, row.permission), row.granted]));
    this.grants = undefined;
  }

  /** Decides which of the given permissions a role holds; what equals the declaration is not stored. */
  async decide(role: RoleName, decisions: ReadonlyMap<PermissionId, boolean>): Promise<void> {
    const decided = new Map<string, boolean | undefined>();
    const before = this.heldBy(role);
    await this.unitOfWork.write(async (transaction) => {
      const repository = transaction.repository(RolePermissionEntity);
      for (const [permission, granted] of decisions) {
        const declared = this.grant(permission)?.permission.defaultRoles.includes(role);
        if (declared === undefined) continue;
        if (declared === granted) {
          await repository.delete({ role, permission });
          decided.set(keyOf(role, permission), undefined);
        } else {
          await repository.upsert({ role, permission, granted }, ['role', 'permission']);
          decided.set(keyOf(role, permission), granted);
        }
      }
      await this.record(transaction, role, before, decisions);
      transaction.afterCommit(() => {
        for (const [key, granted] of decided) {
          if (granted === undefined) this.overrides.delete(key);
          else this.overrides.set(key, granted);
        }
        this.grants = undefined;
      });
    });
  }

  /** One entry, however many were decided: those that the role lost, and those that it gained. */
  private async record(
    transaction: Transaction,
    role: RoleName,
    before: ReadonlySet<PermissionId>,
    decisions: ReadonlyMap<PermissionId, boolean>,
  ): Promise<void> {
    const known = [...decisions].filter(([id]) => this.grant(id) !== undefined);
    const gained = known.filter(([id, granted]) => granted && !before.has(id)).map(([id]) => id);
    const lost = known.filter(([id, granted]) => !granted && before.has(id)).map(([id]) => id);
    if (gained.length + lost.length === 0) return;
    await this.audit.record(transaction, {
      area: 'roles',
      subject: role,
      scope: 'instance',
      action: 'changed',
      ...(lost.length > 0 && { before: lost }),
      ...(gained.length > 0 && { after: gained }),
    });
  }

  private heldBy(role: RoleName): ReadonlySet<PermissionId> {
    return new Set(this.all().flatMap(({ permission, roles }) => (roles.has(role) ? [permission.id] : [])));
  }

  /** After the commit, what was decided about these permissions counts no longer. */
  forget(transaction: Transaction, permissions: readonly PermissionId[]): void {
    transaction.afterCommit(() => {
      for (const role of allRoles) for (const permission of permissions) this.overrides.delete(keyOf(role, permission));
      this.grants = undefined;
    });
  }

  /** Rebuilt when modules came or went: the snapshot of the point is another one then. */
  private current(): ReadonlyMap<PermissionId, Grant> {
    const snapshot = this.permissions.all();
    if (this.grants && this.snapshot === snapshot) return this.grants;
    const grants = new Map<PermissionId, Grant>();
    this.permissions.each(checkRoles, snapshot);
    for (const { module, value } of snapshot) {
      const roles = allRoles.filter(
        (role) => role === 'Administrator' || (this.overrides.get(keyOf(role, value.id)) ?? value.defaultRoles.includes(role)),
      );
      grants.set(value.id, Object.freeze({ permission: value, module, roles: new Set(roles) }));
    }
    this.snapshot = snapshot;
    this.grants = grants;
    return grants;
  }
}

/** What it throws is an error of the contribution; its other roles count. */
function checkRoles({ id, defaultRoles }: Permission): void {
  const known: readonly string[] = allRoles;
  const unknown = defaultRoles.filter((role) => !known.includes(role));
  if (unknown.length > 0)
    throw new PortalError('role-unknown', `The permission ${id} goes to roles that do not exist: ${unknown.join(', ')}.`);
}

function keyOf(role: string, permission: string): string {
  return `${role}\n${permission}`;
}
