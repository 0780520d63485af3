import {
  type AccessContext,
  type AccessControl,
  inject,
  injectable,
  instanceScope,
  MessageCatalog,
  Messages,
  type Permission,
  PortalError,
  type RoleName,
  siteScope,
} from '@portico/core';
import type { Account, Group } from '../api/index.js';
import { ApiTokenRepository } from './api-token-repository.js';
import { RoleAccessControl } from './role-access-control.js';
import { type Grant, RoleCatalog } from './role-catalog.js';

/** A role, and where it has force: everywhere, or in one site. */
export interface RoleInPlace {
  readonly role: RoleName;
  /** Left out for the instance. */
  readonly siteId?: string | undefined;
}

/** Everything that somebody, or everybody in a group, has. */
type Holder = Pick<Account | Group, 'roles' | 'siteRoles'>;

/**
 * Nobody grants, takes, resets, disables or edits beyond the rights they hold.
 *
 * One question stands behind all of it: does who acts hold each permission that is at stake, in the scope in which it is? Of a role these are its
 * permissions, on the instance everywhere and in a site those that have force there; of a person, those of all their roles; of a group likewise, since who
 * changes a group changes its people. What an administrator has is more than any list of permissions, with what modules of next year declare in it: so the
 * role itself is asked for. Someone disabled counts with all their roles: they would have them again. A token holds no more than its scopes, one of a
 * service account what the account holds.
 *
 * Every route and command of this module that changes people, roles, groups, sessions, tokens or factors of others asks here.
 */
@injectable()
export class Rights {
  constructor(
    @inject(RoleAccessControl) private readonly accessControl: AccessControl,
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
    @inject(ApiTokenRepository) private readonly tokens: ApiTokenRepository,
    @inject(MessageCatalog) private readonly messages: MessageCatalog,
    @inject(Messages) private readonly own: Messages,
  ) {}

  /** Whether somebody may reset, disable, enable or edit a person, or end what of theirs is signed in. */
  mayActOn(access: AccessContext, person: Holder): boolean {
    return this.mayGrantAll(access, placesOf(person));
  }

  /** @throws PortalError `administrators-only`, `beyond-rights` (403). */
  requireActOn(access: AccessContext, person: Holder): void {
    for (const place of placesOf(person)) this.requireGrant(access, place);
  }

  /** Whether somebody may give a role there, or take it. */
  mayGrant(access: AccessContext, place: RoleInPlace): boolean {
    return this.missing(access, place) === undefined;
  }

  mayGrantAll(access: AccessContext, places: readonly RoleInPlace[]): boolean {
    return places.every((place) => this.mayGrant(access, place));
  }

  /** @throws PortalError `administrators-only`, `beyond-rights` (403). */
  requireGrant(access: AccessContext, place: RoleInPlace): void {
    const missing = this.missing(access, place);
    if (missing === undefined) return;
    if (missing === 'administrator')
      throw new PortalError('administrators-only', 'Only an administrator may change this.', { status: 403 });
    throw this.beyond(access, place.role, missing);
  }

  /** What somebody reads who lacks a permission of a role. */
  beyond({ locale }: AccessContext, role: RoleName, { permission, module }: Grant): PortalError {
    const label = this.messages.for(module).text(permission.label, undefined, locale);
    const sentence = this.own.text('rights.beyond', { role, permission: label }, locale);
    return new PortalError('beyond-rights', sentence, { status: 403, details: { permission: permission.id } });
  }

  /** Whether somebody holds a permission on the whole instance, so with all force that it can have, or within a site. */
  holds(access: AccessContext, { id }: Pick<Permission, 'id'>, siteId?: string): boolean {
    const { person, token } = access;
    if (person?.kind === 'system') return true;
    if (!this.accessControl.can(person, id, siteId === undefined ? instanceScope : siteScope(siteId))) return false;
    if (!token || !person || person.kind === 'service') return true;
    return this.tokens.of(person.id).some((each) => each.id === token.id && each.scopes.includes(id));
  }

  isAdministrator({ person }: AccessContext): boolean {
    return person?.kind === 'system' || this.accessControl.rolesOf(person, instanceScope).includes('Administrator');
  }

  /** The first permission of a role in a place that somebody does not hold there. */
  private missing(access: AccessContext, { role: named, siteId }: RoleInPlace): Grant | 'administrator' | undefined {
    const role = this.catalog.byName(named)?.name ?? named;
    if (role === 'Administrator' && !this.isAdministrator(access)) return 'administrator';
    return this.catalog
      .allGrants()
      .find(
        ({ roles, permission }) =>
          roles.has(role) && (siteId === undefined || permission.scope === 'site') && !this.holds(access, permission, siteId),
      );
  }
}

/** The roles of somebody or of a group, each with its place. */
function placesOf({ roles, siteRoles }: Holder): readonly RoleInPlace[] {
  return [
    ...roles.map((role) => ({ role })),
    ...Object.entries(siteRoles).flatMap(([siteId, inSite]) => inSite.map((role) => ({ role, siteId }))),
  ];
}
