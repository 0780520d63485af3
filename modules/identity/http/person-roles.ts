import { inject, injectable, type RoleName, type RouteContext } from '@portico/core';
import type { Account } from '../api/index.js';
import { Directory } from '../services/directory.js';
import { OwnSites } from '../services/own-sites.js';
import { Rights } from '../services/rights.js';
import { RoleCatalog } from '../services/role-catalog.js';
import { RolePlaces } from '../services/role-places.js';
import { roleOptions } from './role-options.js';

/** What a person's page says of their roles and groups, and which of these whoever reads it may change. */
@injectable()
export class PersonRoles {
  constructor(
    @inject(Directory) private readonly directory: Directory,
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
    @inject(RolePlaces) private readonly places: RolePlaces,
    @inject(Rights) private readonly rights: Rights,
    @inject(OwnSites) private readonly ownSites: OwnSites,
  ) {}

  model(ctx: RouteContext, account: Account): object {
    const { access } = ctx;
    const groups = account.groups.flatMap((id) => this.directory.group(id) ?? []);
    const through = (role: RoleName, siteId?: string): string =>
      groups
        .filter((group) => (siteId === undefined ? group.roles : (group.siteRoles[siteId] ?? [])).includes(role))
        .map(({ name }) => name)
        .join(', ');
    const memberships = Object.entries(account.siteRoles).flatMap(([siteId, roles]) => {
      const name = this.ownSites.nameFor(access.person, siteId);
      if (name === undefined) return [];
      return roles.map((role) => ({
        siteId,
        role,
        site: name || ctx.text('people.unseen-site'),
        isOwn: account.ownSiteRoles[siteId]?.includes(role) ?? false,
        through: through(role, siteId),
        mayChange: this.rights.mayGrant(access, { role, siteId }),
      }));
    });
    const instanceRoles = this.catalog
      .all()
      .filter(({ places }) => places.includes('instance'))
      .map(({ name: role, description, isBuiltIn }) => ({
        role,
        description: isBuiltIn ? ctx.text(`role.${role}`) : description,
        held: account.ownRoles.includes(role),
        through: through(role),
        mayGrant: this.rights.mayGrant(access, { role }),
      }));
    return {
      isAdministrator: account.roles.includes('Administrator'),
      groups,
      memberships,
      instanceRoles,
      siteRoles: roleOptions(this.places.namesFor('site')),
      sites: this.ownSites.seenBy(access.person).map(({ id, name }) => ({ value: id, label: name })),
    };
  }
}
