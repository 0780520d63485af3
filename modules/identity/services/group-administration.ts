import { type AccessContext, inject, injectable, notFound, type Person, type RoleName } from '@portico/core';
import type { Group } from '../api/index.js';
import type { TitleAndDescription } from './account-rules.js';
import { GroupRepository } from './group-repository.js';
import { Rights } from './rights.js';

/**
 * What people who manage others may do with groups. Who is in a group has its roles: so whoever changes one, or who is in it, gives and takes all of
 * these, and must hold them (`Rights`).
 */
@injectable()
export class GroupAdministration {
  constructor(
    @inject(GroupRepository) private readonly groups: GroupRepository,
    @inject(Rights) private readonly rights: Rights,
  ) {}

  group(id: string): Group {
    const group = this.groups.byId(id);
    if (!group) throw notFound('group');
    return group;
  }

  mayChange(access: AccessContext, group: Group): boolean {
    return this.rights.mayActOn(access, group);
  }

  add(facts: TitleAndDescription): Promise<Group> {
    return this.groups.add(facts);
  }

  change(access: AccessContext, id: string, facts: TitleAndDescription): Promise<void> {
    return this.groups.change(id, facts, this.guard(access));
  }

  remove(access: AccessContext, id: string): Promise<void> {
    return this.groups.remove(id, this.guard(access));
  }

  changeMember(access: AccessContext, id: string, person: Person, isMember: boolean): Promise<void> {
    const guard = this.guard(access);
    return isMember ? this.groups.addMember(id, person, guard) : this.groups.removeMember(id, person, guard);
  }

  /** Only the role counts here: a site's administrator gives roles of the site to groups that have others elsewhere. */
  changeRole(access: AccessContext, id: string, role: RoleName, siteId: string | undefined, granted: boolean): Promise<void> {
    const place = { role, siteId };
    const guard = (): void => this.rights.requireGrant(access, place);
    return granted ? this.groups.grant(id, place, guard) : this.groups.revoke(id, place, guard);
  }

  private guard(access: AccessContext) {
    return (group: Group): void => this.rights.requireActOn(access, group);
  }
}
