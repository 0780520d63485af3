import { type AccessContext, inject, injectable, type PermissionId, PortalError } from '@portico/core';
import type { Role } from '../api/index.js';
import type { TitleAndDescription } from './account-rules.js';
import { Rights } from './rights.js';
import { type Grant, RoleCatalog } from './role-catalog.js';
import { type RoleHolders, RoleRepository } from './role-repository.js';

/** What people who decide about roles may do: they give and take only what they hold themselves, on the whole instance (`Rights`). */
@injectable()
export class RoleAdministration {
  constructor(
    @inject(RoleRepository) private readonly roles: RoleRepository,
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
    @inject(Rights) private readonly rights: Rights,
  ) {}

  /** Whether somebody may rename or remove a role: everybody who has it would lose all that it gives. */
  mayChange(access: AccessContext, { name }: Role): boolean {
    return this.rights.mayGrant(access, { role: name });
  }

  /**
   * A role that has force in a site alone holds nothing of the instance, and guests never get more than what a module thought of for them or for
   * members: one slip here must not open the portal to the world. Who holds a permission only by a role cannot widen that very role with another one.
   */
  mayDecide(access: AccessContext, { name, places, isBuiltIn }: Role, { permission }: Grant): boolean {
    if (name === 'Administrator' || !this.rights.holds(access, permission)) return false;
    if (name === 'Guest') return permission.defaultRoles.some((other) => other === 'Guest' || other === 'Member');
    return permission.scope === 'site' || places.includes('instance') || !isBuiltIn;
  }

  /** @throws PortalError `beyond-rights` (403); see `RoleRepository.add`. */
  async add(access: AccessContext, facts: TitleAndDescription, permissions: ReadonlySet<PermissionId>): Promise<Role> {
    for (const id of permissions) {
      const grant = this.catalog.grant(id);
      if (grant && !this.rights.holds(access, grant.permission)) throw this.rights.beyond(access, facts.name, grant);
    }
    return this.roles.add(facts, permissions);
  }

  /** @throws PortalError `administrators-only`, `beyond-rights` (403); see `RoleRepository.change`. */
  async change(access: AccessContext, role: Role, facts: TitleAndDescription): Promise<void> {
    this.rights.requireGrant(access, { role: role.name });
    await this.roles.change(role.id, facts);
  }

  /** @throws PortalError `administrators-only`, `beyond-rights` (403); see `RoleRepository.remove`. */
  async remove(access: AccessContext, role: Role): Promise<void> {
    if (!role.isBuiltIn) this.rights.requireGrant(access, { role: role.name });
    await this.roles.remove(role.id);
  }

  holders({ name }: Role, access: AccessContext): Promise<RoleHolders> {
    return this.roles.holders(name, access);
  }

  /** Decides about all permissions that somebody may decide about; the others stay as they are. */
  async decide(access: AccessContext, role: Role, chosen: ReadonlySet<PermissionId>): Promise<void> {
    const open = this.catalog.allGrants().filter((grant) => this.mayDecide(access, role, grant));
    await this.roles.decide(role.name, new Map(open.map(({ permission: { id } }) => [id, chosen.has(id)])));
  }

  /** One permission of a role. @throws PortalError `beyond-rights` (403), `permission-unknown` (404), `role-fixed` (409). */
  async decideOne(access: AccessContext, role: Role, id: PermissionId, granted: boolean): Promise<void> {
    const grant = this.catalog.grant(id);
    if (!grant) throw new PortalError('permission-unknown', `There is no permission ${id}.`, { status: 404 });
    if (!this.rights.holds(access, grant.permission)) throw this.rights.beyond(access, role.name, grant);
    if (!this.mayDecide(access, role, grant))
      throw new PortalError('role-fixed', `Whether the role ${role.name} has ${id} cannot be decided.`, { status: 409 });
    await this.roles.decide(role.name, new Map([[id, granted]]));
  }
}
