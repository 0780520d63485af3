import {
  type IntegrityCheck,
  type IntegrityFinding,
  inject,
  injectable,
  Modules,
  optional,
  type ServiceHandle,
  SiteDirectory,
  UnitOfWork,
} from '@portico/core';
import { ownerByName } from '@portico/core/util';
import { activeAdministrators } from './account-rules.js';
import { RoleCatalog } from './role-catalog.js';

@injectable()
export class AdministratorCheck implements IntegrityCheck {
  readonly title = 'Somebody who is active may do everything.';

  constructor(@inject(UnitOfWork) private readonly unitOfWork: UnitOfWork) {}

  async run(): Promise<readonly IntegrityFinding[]> {
    const found = await this.unitOfWork.read((reader) => reader.query(`${activeAdministrators} LIMIT 1`));
    const message = 'There is no active administrator. Add one: portico users add --role Administrator.';
    return found.length > 0 ? [] : [{ severity: 'error', message }];
  }
}

@injectable()
export class MembershipCheck implements IntegrityCheck {
  readonly title = 'Every role in a site belongs to a site that exists.';

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
  ) {}

  async run(): Promise<readonly IntegrityFinding[]> {
    const sites = this.sites.get();
    if (!sites) return [];
    const rows = await this.unitOfWork.read((reader) =>
      reader.query<{ siteId: string; count: number }>(
        `SELECT site_id AS "siteId", count(*) AS count FROM
           (SELECT site_id FROM identity_role_assignment UNION ALL SELECT site_id FROM identity_group_role) AS given
         WHERE site_id <> '' GROUP BY site_id`,
      ),
    );
    return rows
      .filter(({ siteId }) => !sites.byId(siteId) && !sites.trashed().some(({ id }) => id === siteId))
      .map(({ siteId, count }) => ({
        severity: 'warning',
        message: `${count} roles belong to the site ${siteId}, which is gone.`,
      }));
  }
}

/** Names what is given by the name of a role that there is not: it gives nothing to anybody. */
@injectable()
export class RoleNamesCheck implements IntegrityCheck {
  readonly title = 'Every role that people and groups have, and that was decided about, exists.';

  constructor(
    @inject(RoleCatalog) private readonly roles: RoleCatalog,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
  ) {}

  async run(): Promise<readonly IntegrityFinding[]> {
    const rows = await this.unitOfWork.read((reader) =>
      reader.query<{ role: string; count: number }>(
        `SELECT role, count(*) AS count FROM
           (SELECT role FROM identity_role_assignment UNION ALL SELECT role FROM identity_group_role
            UNION ALL SELECT role FROM identity_role_permission) AS named
         GROUP BY role ORDER BY role`,
      ),
    );
    const known = new Set(this.roles.names());
    return rows
      .filter(({ role }) => !known.has(role))
      .map(({ role, count }) => ({
        severity: 'warning',
        message: `${count} rows name the role ${role}, which does not exist. They give nothing to anybody.`,
      }));
  }
}

/** Names grants that modules left behind. They are kept: a module that comes back finds them. */
@injectable()
export class OwnerlessGrantsCheck implements IntegrityCheck {
  readonly title = 'Every permission that roles and API tokens hold belongs to a module that is installed.';

  constructor(
    @inject(RoleCatalog) private readonly roles: RoleCatalog,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Modules) private readonly modules: Modules,
  ) {}

  async run(): Promise<readonly IntegrityFinding[]> {
    const { grants, tokens } = await this.unitOfWork.read(async (reader) => ({
      grants: await reader.query<{ role: string; permission: string }>(
        'SELECT role, permission FROM identity_role_permission ORDER BY permission, role',
      ),
      tokens: await reader.query<{ name: string; scopes: string }>('SELECT name, scopes FROM identity_api_token ORDER BY id'),
    }));
    const kept = 'It is kept for when its module comes back, and allows nothing until then.';
    return [
      ...grants
        .filter(({ permission }) => this.isOwnerless(permission))
        .map(
          ({ role, permission }) =>
            `What was decided for the role ${role} about ${permission} belongs to no module that is installed. ${kept}`,
        ),
      ...tokens.flatMap(({ name, scopes }) =>
        (JSON.parse(scopes) as readonly string[])
          .filter((scope) => this.isOwnerless(scope))
          .map(
            (scope) => `The API token "${name}" has the scope ${scope}, which belongs to no module that is installed. ${kept}`,
          ),
      ),
    ].map((message) => ({ severity: 'warning', message }));
  }

  private isOwnerless(permission: string): boolean {
    if (this.roles.grant(permission) !== undefined) return false;
    const owner = ownerByName(this.modules, permission);
    return owner === undefined || this.modules.status(owner)?.state === 'active';
  }
}
