import {
  type AccessContext,
  AuditLog,
  Clock,
  type Contributions,
  contributions,
  Ids,
  inject,
  injectable,
  notFound,
  type PermissionId,
  PortalError,
  type RoleName,
  type RoleReference,
  RoleReferences,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { foldText } from '@portico/core/util';
import type { Role } from '../api/index.js';
import { RoleEntity } from '../entities/role-entity.js';
import { RolePermissionEntity } from '../entities/role-permission-entity.js';
import { checkedFacts, type TitleAndDescription } from './account-rules.js';
import { Directory } from './directory.js';
import { isDeclared, RoleCatalog } from './role-catalog.js';

/** Everything that has a role: who loses it when it goes. */
export interface RoleHolders {
  readonly people: readonly { readonly id: string; readonly name: string; readonly email: string }[];
  readonly groups: readonly { readonly id: string; readonly name: string }[];
  /** Where else it is named, as modules say it. */
  readonly places: readonly string[];
}

const mostRoles = 500;
/** Tables of this module that name roles. */
const tablesWithNames = ['identity_role_assignment', 'identity_group_role', 'identity_role_permission'] as const;

/**
 * The only place where roles and what they may change. Each change is one transaction with its entry of the audit log; with its commit the catalog, and
 * the directory where names changed, have what it left. A new name goes to everything that names the role: assignments, decisions, and what modules
 * keep (`RoleReferences`).
 */
@injectable()
export class RoleRepository {
  constructor(
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
    @inject(Directory) private readonly directory: Directory,
    @inject(contributions(RoleReferences)) private readonly references: Contributions<RoleReference>,
  ) {}

  /**
   * Makes a role that holds these permissions and no others.
   * @throws PortalError `invalid-input` (400) with fields; `role-taken` (409).
   */
  async add(facts: TitleAndDescription, permissions: ReadonlySet<PermissionId>): Promise<Role> {
    const { name, description } = checkedFacts(facts);
    const row = Object.assign(new RoleEntity(), {
      id: this.ids.next(),
      name,
      nameKey: foldText(name),
      description,
      createdAt: this.clock.now().toISOString(),
    });
    await this.unitOfWork.write(async (transaction) => {
      const roles = transaction.repository(RoleEntity);
      if ((await roles.countBy({})) >= mostRoles) throw tooMany();
      await this.checkFree(transaction, row);
      await roles.insert(row);
      // A role that was removed long ago gives nothing to one that has its name.
      await this.forgetName(transaction, name);
      for (const { permission } of this.catalog.allGrants()) {
        const granted = permissions.has(permission.id);
        if (granted !== isDeclared(permission, name))
          await transaction.repository(RolePermissionEntity).insert({ role: name, permission: permission.id, granted });
      }
      await this.record(transaction, name, 'added', { after: { description, permissions: [...permissions].sort() } });
      await this.catalog.publish(transaction);
    });
    return this.catalog.byId(row.id) as Role;
  }

  /**
   * Gives a role that somebody made another name and description.
   * @throws PortalError `invalid-input` (400) with fields; `role-taken`, `role-built-in` (409); `not-found` (404).
   */
  async change(id: string, facts: TitleAndDescription): Promise<void> {
    const { name, description } = checkedFacts(facts);
    await this.unitOfWork.write(async (transaction) => {
      const before = await this.row(transaction, id);
      if (before.name === name && before.description === description) return;
      const nameKey = foldText(name);
      await this.checkFree(transaction, { id, nameKey });
      await transaction.repository(RoleEntity).update({ id }, { name, nameKey, description });
      if (before.name !== name) await this.rename(transaction, before.name, name);
      await this.record(transaction, name, 'changed', {
        before: { name: before.name, description: before.description },
        after: { name, description },
      });
      await this.publish(transaction);
    });
  }

  /**
   * Removes a role that somebody made; whoever had it has it no longer.
   * @throws PortalError `role-built-in` (409); `not-found` (404).
   */
  async remove(id: string): Promise<void> {
    await this.unitOfWork.write(async (transaction) => {
      const { name, description } = await this.row(transaction, id);
      await transaction.repository(RoleEntity).delete({ id });
      await this.forgetName(transaction, name);
      for (const { value } of this.references.all()) await value.removed(transaction, name);
      await this.record(transaction, name, 'removed', { before: { description } });
      await this.publish(transaction);
    });
  }

  /** Who has a role, and where else it is named, as far as who asks may know. */
  async holders(role: RoleName, access: AccessContext): Promise<RoleHolders> {
    const has = (holder: {
      readonly roles: readonly string[];
      readonly siteRoles: Readonly<Record<string, readonly string[]>>;
    }) => holder.roles.includes(role) || Object.values(holder.siteRoles).some((roles) => roles.includes(role));
    const byName = (one: { readonly name: string }, other: { readonly name: string }): number =>
      one.name.localeCompare(other.name);
    const places = await this.unitOfWork.read(async (reader) => {
      const found: string[] = [];
      for (const { value } of this.references.all()) found.push(...(await value.usesOf(reader, role, access)));
      return found;
    });
    return {
      people: [...this.directory.all()]
        .filter(({ ownRoles, ownSiteRoles }) => has({ roles: ownRoles, siteRoles: ownSiteRoles }))
        .sort(byName),
      groups: [...this.directory.allGroups()].filter(has).sort(byName),
      places,
    };
  }

  /** Decides which of the given permissions a role holds; what equals the declaration is not stored. */
  async decide(role: RoleName, decisions: ReadonlyMap<PermissionId, boolean>): Promise<void> {
    await this.unitOfWork.write(async (transaction) => {
      const repository = transaction.repository(RolePermissionEntity);
      const decided = new Map((await repository.findBy({ role })).map((row) => [row.permission, row.granted]));
      const given: PermissionId[] = [];
      const taken: PermissionId[] = [];
      for (const [permission, granted] of decisions) {
        const grant = this.catalog.grant(permission);
        if (!grant) continue;
        const declared = isDeclared(grant.permission, role);
        if ((decided.get(permission) ?? declared) === granted) continue;
        (granted ? given : taken).push(permission);
        if (declared === granted) await repository.delete({ role, permission });
        else await repository.upsert({ role, permission, granted }, ['role', 'permission']);
      }
      if (given.length + taken.length === 0) return;
      await this.record(transaction, role, 'permissions-changed', {
        ...(taken.length > 0 && { before: taken.sort() }),
        ...(given.length > 0 && { after: given.sort() }),
      });
      await this.catalog.publish(transaction);
    });
  }

  private async row(transaction: Transaction, id: string): Promise<RoleEntity> {
    const row = await transaction.repository(RoleEntity).findOneBy({ id });
    if (row) return row;
    if (this.catalog.byId(id))
      throw new PortalError('role-built-in', 'A role that every portal has stays as it is.', { status: 409 });
    throw notFound('role');
  }

  private async checkFree(transaction: Transaction, { id, nameKey }: Pick<RoleEntity, 'id' | 'nameKey'>): Promise<void> {
    const same = await transaction.repository(RoleEntity).findOneBy({ nameKey });
    const known = this.catalog.byName(nameKey);
    if (same ? same.id !== id : known?.isBuiltIn) throw roleTaken(same?.name ?? known?.name ?? '');
  }

  private async rename(transaction: Transaction, before: RoleName, after: RoleName): Promise<void> {
    for (const table of tablesWithNames) await transaction.query(`UPDATE ${table} SET role = ? WHERE role = ?`, [after, before]);
    for (const { value } of this.references.all()) await value.renamed(transaction, before, after);
  }

  private async forgetName(transaction: Transaction, role: RoleName): Promise<void> {
    for (const table of tablesWithNames) await transaction.query(`DELETE FROM ${table} WHERE role = ?`, [role]);
  }

  private async publish(transaction: Transaction): Promise<void> {
    const rows = await Directory.read(transaction);
    transaction.afterCommit(() => this.directory.replace(rows));
    await this.catalog.publish(transaction);
  }

  private record(
    transaction: Transaction,
    subject: RoleName,
    action: string,
    values: { readonly before?: unknown; readonly after?: unknown },
  ): Promise<void> {
    return this.audit.record(transaction, { area: 'roles', subject, scope: 'instance', action, ...values });
  }
}

function roleTaken(name: string): PortalError {
  const sentence = `There is already a role ${name}.`;
  return new PortalError('role-taken', sentence, { status: 409, details: { fields: { name: sentence } } });
}

function tooMany(): PortalError {
  return new PortalError('too-many-roles', `There are ${mostRoles} roles already. Remove one first.`, { status: 409 });
}
