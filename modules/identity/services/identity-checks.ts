import {
  type IntegrityCheck,
  type IntegrityFinding,
  inject,
  injectable,
  optional,
  type ServiceHandle,
  SiteDirectory,
  UnitOfWork,
} from '@portico/core';

@injectable()
export class AdministratorCheck implements IntegrityCheck {
  readonly title = 'Somebody who is active may do everything.';

  constructor(@inject(UnitOfWork) private readonly unitOfWork: UnitOfWork) {}

  async run(): Promise<readonly IntegrityFinding[]> {
    const found = await this.unitOfWork.read((reader) =>
      reader.query(
        `SELECT p.id FROM identity_role_assignment a JOIN identity_person p ON p.id = a.person_id
         WHERE a.site_id = '' AND a.role = 'Administrator' AND p.active LIMIT 1`,
      ),
    );
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
        `SELECT site_id AS "siteId", count(*) AS count FROM identity_role_assignment WHERE site_id <> '' GROUP BY site_id`,
      ),
    );
    return rows
      .filter(({ siteId }) => !sites.byId(siteId))
      .map(({ siteId, count }) => ({
        severity: 'warning',
        message: `${count} roles belong to the site ${siteId}, which is gone.`,
      }));
  }
}
