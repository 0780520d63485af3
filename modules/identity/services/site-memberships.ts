import { inject, injectable, type Reader, type SiteContent, type Transaction, UnitOfWork } from '@portico/core';
import { ExternalGrantEntity } from '../entities/external-entities.js';
import { GroupRoleEntity } from '../entities/group-entities.js';
import { RoleAssignmentEntity } from '../entities/role-assignment-entity.js';
import { Directory } from './directory.js';

/** Who has roles in a site, as it is erased. */
@injectable()
export class SiteMemberships implements SiteContent {
  readonly label = 'site.memberships';

  constructor(
    @inject(Directory) private readonly directory: Directory,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
  ) {}

  async count(reader: Reader, siteId: string): Promise<number> {
    const people = await reader.repository(RoleAssignmentEntity).countBy({ siteId });
    return people + (await reader.repository(GroupRoleEntity).countBy({ siteId }));
  }

  /** All at once: who has a role in a site is in memory anyway. */
  async erase(transaction: Transaction, siteId: string): Promise<number> {
    let taken = 0;
    for (const entity of [RoleAssignmentEntity, GroupRoleEntity, ExternalGrantEntity])
      taken += (await transaction.repository<{ siteId: string }>(entity).delete({ siteId })).affected ?? 0;
    if (taken > 0) transaction.afterCommit(() => this.unitOfWork.read((reader) => this.directory.load(reader)));
    return taken;
  }
}
