import {
  type AccessControl,
  type Audience,
  inject,
  injectable,
  type PermissionId,
  type Person,
  type RoleName,
  type Scope,
} from '@portico/core';
import { Directory } from './directory.js';
import { RoleCatalog } from './role-catalog.js';

/** Roles that make nobody a member of a site. */
export const ofNoSite: ReadonlySet<RoleName> = new Set(['Operator', 'Guest']);
const guest: readonly RoleName[] = Object.freeze(['Guest']);

/**
 * Decides by roles, from memory: those of the person and of their groups, or of the service account. Everybody is a guest; roles on the instance have force everywhere, roles in a
 * site in that site only, and a permission for the instance comes from a role on the instance only. Somebody who is not active is a guest, and a permission that
 * nobody declares is held by nobody, not even by the portal itself.
 */
@injectable()
export class RoleAccessControl implements AccessControl {
  constructor(
    @inject(Directory) private readonly directory: Directory,
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
  ) {}

  can(person: Person | undefined, permission: PermissionId, scope: Scope): boolean {
    const grant = this.catalog.grant(permission);
    if (!grant) return false;
    if (person?.kind === 'system' || grant.roles.has('Guest')) return true;
    const account = person && this.directory.holder(person.id);
    if (!account?.active) return false;
    if (account.roles.some((role) => grant.roles.has(role))) return true;
    if (scope.kind !== 'site' || grant.permission.scope !== 'site') return false;
    return account.siteRoles[scope.siteId]?.some((role) => grant.roles.has(role)) ?? false;
  }

  rolesOf(person: Person | undefined, scope: Scope): readonly RoleName[] {
    const account = person && this.directory.holder(person.id);
    if (!account?.active) return guest;
    const inSite = scope.kind === 'site' ? (account.siteRoles[scope.siteId] ?? []) : [];
    return [...account.roles, ...inSite, ...guest];
  }

  isAmong(person: Person | undefined, { visibleTo, roles }: Audience, scope: Scope): boolean {
    if (visibleTo === 'everyone' || person?.kind === 'system') return true;
    const account = person && this.directory.holder(person.id);
    if (account?.active && account.roles.includes('Administrator')) return true;
    if (visibleTo === 'roles') return this.rolesOf(person, scope).some((role) => roles.includes(role));
    if (!account?.active) return false;
    return visibleTo === 'signed-in' || this.rolesOf(person, scope).some((role) => !ofNoSite.has(role));
  }

  audienceRoles(): readonly RoleName[] {
    return this.catalog.names().filter((role) => role !== 'Guest');
  }

  rolesAmong({ visibleTo, roles }: Audience): readonly RoleName[] {
    return this.catalog.names().filter((role) => {
      if (visibleTo === 'everyone' || role === 'Administrator') return true;
      if (visibleTo === 'roles') return roles.includes(role);
      return visibleTo === 'members' ? !ofNoSite.has(role) : role !== 'Guest';
    });
  }

  rolesWith(permission: PermissionId): readonly RoleName[] {
    const grant = this.catalog.grant(permission);
    return grant ? this.catalog.names().filter((role) => grant.roles.has(role)) : [];
  }
}
