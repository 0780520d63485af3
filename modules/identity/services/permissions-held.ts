import { inject, injectable, type PermissionId } from '@portico/core';
import { Directory } from './directory.js';
import { type Grant, RoleCatalog } from './role-catalog.js';

/** What a person may do on the instance or in some site: the most that a token of theirs can be given. */
@injectable()
export class PermissionsHeld {
  constructor(
    @inject(Directory) private readonly directory: Directory,
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
  ) {}

  of(personId: string): readonly Grant[] {
    const account = this.directory.byId(personId);
    if (!account?.active) return [];
    const inSites = Object.values(account.siteRoles).flat();
    return this.catalog
      .allGrants()
      .filter(({ permission, roles }) =>
        [...account.roles, ...(permission.scope === 'site' ? inSites : [])].some((role) => roles.has(role)),
      );
  }

  all(personId: string, permissions: ReadonlySet<PermissionId>): boolean {
    const held = new Set(this.of(personId).map(({ permission }) => permission.id));
    return [...permissions].every((permission) => held.has(permission));
  }
}
