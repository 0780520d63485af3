import {
  type AccessContext,
  type AccessControl,
  type AccessExplainer,
  type AccessQuestion,
  type ExplainedStep,
  inject,
  injectable,
  Messages,
  type RoleName,
} from '@portico/core';
import type { Account } from '../api/index.js';
import { Directory } from './directory.js';
import { RoleAccessControl } from './role-access-control.js';
import { type Grant, isDeclared, RoleCatalog } from './role-catalog.js';

/** Why somebody holds a permission, or does not: which roles they have there, from where, and which of these hold it. The answer itself is that of `can`. */
@injectable()
export class PermissionExplainer implements AccessExplainer {
  constructor(
    @inject(RoleAccessControl) private readonly accessControl: AccessControl,
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
    @inject(Directory) private readonly directory: Directory,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  async explain({ access, permission, locale }: AccessQuestion): Promise<readonly ExplainedStep[]> {
    if (permission === undefined) return [];
    const say = (key: string, values?: Readonly<Record<string, string>>): string =>
      this.messages.text(`why.${key}`, values, locale);
    const step = { criterion: 'permission', subject: permission };
    const grant = this.catalog.grant(permission);
    if (!grant) return [{ ...step, met: false, reason: say('undeclared') }];
    const { person, scope } = access;
    const met = this.accessControl.can(person, permission, scope);
    const account = person && this.directory.byId(person.id);
    const sentences = [
      ...(account && !account.active ? [say('disabled')] : []),
      ...(grant.permission.scope === 'instance' && scope.kind === 'site' ? [say('instance-only')] : []),
      ...this.given(access, account).map(({ role, from }) =>
        say(grant.roles.has(role) ? 'holds' : 'lacks', {
          role,
          from: say(from.key, from.values),
          how: say(this.decided(grant, role)),
        }),
      ),
    ];
    const roles = this.accessControl.rolesWith(permission).join(', ');
    const page =
      scope.kind === 'site'
        ? { href: '~/identity/memberships', hrefPermission: 'identity.manage-memberships' }
        : { href: '/identity/users', hrefPermission: 'identity.manage-people' };
    return [{ ...step, met, reason: sentences.join(' '), ...(met ? {} : { changeableBy: say('held-by', { roles }), ...page }) }];
  }

  /** The roles that somebody has in a scope, each with where it comes from. */
  private given({ scope, site }: AccessContext, account: Account | undefined): readonly Given[] {
    const everybody = { role: 'Guest', from: { key: 'everybody', values: {} } };
    if (!account?.active) return [everybody];
    const place = site?.name ?? '';
    const siteId = scope.kind === 'site' ? scope.siteId : '';
    const groups = account.groups.flatMap((id) => this.directory.group(id) ?? []);
    const from = (roles: readonly RoleName[], key: string, values: Readonly<Record<string, string>>): readonly Given[] =>
      roles.map((role) => ({ role, from: { key, values } }));
    return [
      ...from(account.ownRoles, 'own-instance', {}),
      ...from(account.ownSiteRoles[siteId] ?? [], 'own-site', { place }),
      ...groups.flatMap(({ name: group, roles, siteRoles }) => [
        ...from(roles, 'group-instance', { group }),
        ...from(siteRoles[siteId] ?? [], 'group-site', { group, place }),
      ]),
      everybody,
    ];
  }

  private decided({ permission }: Grant, role: RoleName): string {
    if (role === 'Administrator') return 'always';
    if (this.catalog.decided(role, permission.id) !== undefined) return 'decided';
    return isDeclared(permission, role) ? 'declared' : 'not-declared';
  }
}

interface Given {
  readonly role: RoleName;
  readonly from: { readonly key: string; readonly values: Readonly<Record<string, string>> };
}
