import {
  AuditLog,
  Clock,
  Ids,
  inject,
  injectable,
  notFound,
  type Person,
  PortalError,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { foldText, nameSortKey } from '@portico/core/util';
import type { Account, Group } from '../api/index.js';
import { GroupEntity, GroupMemberEntity, GroupRoleEntity } from '../entities/group-entities.js';
import { PersonEntity } from '../entities/person-entity.js';
import { checkedFacts, keepAnAdministrator, type TitleAndDescription } from './account-rules.js';
import { Directory } from './directory.js';
import type { RoleInPlace } from './rights.js';
import { RolePlaces } from './role-places.js';

/** Asked in the transaction, when what it asks about does not change any more. It throws when the change is not allowed. */
export type GroupGuard = (group: Group) => void;

/**
 * The only place where groups change. Each change is one transaction with its entry of the audit log; with its commit the directory counts what the
 * group gives into the accounts of its people, so that it holds for the next request of an open session. A change that would leave the portal without
 * an active administrator is undone. Who may make a change is asked before (`GroupAdministration`).
 */
@injectable()
export class GroupRepository {
  constructor(
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(Directory) private readonly directory: Directory,
    @inject(RolePlaces) private readonly places: RolePlaces,
  ) {}

  byId(id: string): Group | undefined {
    return this.directory.group(id);
  }

  /** By its name, however that is spelled. */
  byName(name: string): Group | undefined {
    const key = foldText(name);
    for (const group of this.directory.allGroups()) if (foldText(group.name) === key) return group;
    return undefined;
  }

  /** Those that have a role in a site, by name. */
  inSite(siteId: string): readonly Group[] {
    return [...this.directory.allGroups()]
      .filter(({ siteRoles }) => siteRoles[siteId] !== undefined)
      .sort((one, other) => one.name.localeCompare(other.name));
  }

  /** How many people are in a group. */
  size(id: string): number {
    return this.directory.membersOfGroup(id).size;
  }

  members(id: string): readonly Account[] {
    return [...this.directory.membersOfGroup(id)].flatMap((person) => this.directory.byId(person) ?? []);
  }

  /** @throws PortalError `invalid-input` (400) with fields; `group-taken` (409). */
  async add(facts: TitleAndDescription): Promise<Group> {
    const { name, description } = checkedFacts(facts);
    const row = Object.assign(new GroupEntity(), {
      id: this.ids.next(),
      ...columnsOf({ name, description }),
      createdAt: this.clock.now().toISOString(),
    });
    await this.unitOfWork.write(async (transaction) => {
      await checkFree(transaction, row);
      await transaction.repository(GroupEntity).insert(row);
      await this.record(transaction, name, { action: 'added', after: { description } });
      transaction.afterCommit(() => this.directory.putGroup(row, []));
    });
    return this.directory.group(row.id) as Group;
  }

  /** @throws PortalError `invalid-input` (400) with fields; `group-taken` (409); `not-found` (404). */
  async change(id: string, facts: TitleAndDescription, guard?: GroupGuard): Promise<void> {
    const { name, description } = checkedFacts(facts);
    await this.write(id, guard, async (transaction, group) => {
      if (group.name === name && group.description === description) return;
      const columns = columnsOf({ name, description });
      await checkFree(transaction, { id, nameKey: columns.nameKey });
      await transaction.repository(GroupEntity).update({ id }, columns);
      await this.record(transaction, name, {
        action: 'changed',
        before: { name: group.name, description: group.description },
        after: { name, description },
      });
      await this.publish(transaction, id);
    });
  }

  /** Removes a group; its people stay, without what it gave them. @throws PortalError `last-administrator` (409); `not-found` (404). */
  async remove(id: string, guard?: GroupGuard): Promise<void> {
    await this.write(id, guard, async (transaction, { name, description }) => {
      const roles = await transaction.repository(GroupRoleEntity).findBy({ groupId: id });
      const people = await transaction.repository(GroupMemberEntity).countBy({ groupId: id });
      // Foreign keys would do it; not every database file has them switched on.
      await transaction.repository(GroupMemberEntity).delete({ groupId: id });
      await transaction.repository(GroupRoleEntity).delete({ groupId: id });
      await transaction.repository(GroupEntity).delete({ id });
      await keepAnAdministrator(transaction);
      await this.record(transaction, name, {
        action: 'removed',
        before: { description, people, roles: roles.map(({ role, siteId }) => ({ role, site: siteId || undefined })) },
      });
      transaction.afterCommit(() => this.directory.removeGroup(id));
    });
  }

  /** Adding somebody twice is no error. @throws PortalError `not-found` (404). */
  async addMember(id: string, person: Person, guard?: GroupGuard): Promise<void> {
    const member = { groupId: id, personId: person.id };
    await this.write(id, guard, async (transaction, group) => {
      if (!(await transaction.repository(PersonEntity).existsBy({ id: person.id }))) throw notFound('person');
      if (await transaction.repository(GroupMemberEntity).existsBy(member)) return;
      await transaction.repository(GroupMemberEntity).insert(member);
      await this.record(transaction, group.name, { attribute: person.email, action: 'member-added', about: person.id });
      transaction.afterCommit(() => this.directory.putMember(id, person.id));
    });
  }

  /** @throws PortalError `last-administrator` (409); `not-found` (404). */
  async removeMember(id: string, person: Person, guard?: GroupGuard): Promise<void> {
    const member = { groupId: id, personId: person.id };
    await this.write(id, guard, async (transaction, group) => {
      if (!(await transaction.repository(GroupMemberEntity).existsBy(member))) return;
      await transaction.repository(GroupMemberEntity).delete(member);
      await keepAnAdministrator(transaction);
      await this.record(transaction, group.name, { attribute: person.email, action: 'member-removed', about: person.id });
      transaction.afterCommit(() => this.directory.removeMember(id, person.id));
    });
  }

  /** Granting twice is no error. @throws PortalError `invalid-input` (400) for a role that cannot be given there; `not-found` (404). */
  async grant(id: string, place: RoleInPlace, guard?: GroupGuard): Promise<void> {
    const { role, siteId = '' } = this.places.checked(place);
    const given = { groupId: id, siteId, role };
    await this.write(id, guard, async (transaction, group) => {
      if (await transaction.repository(GroupRoleEntity).existsBy(given)) return;
      await transaction.repository(GroupRoleEntity).insert(given);
      await this.record(transaction, group.name, { attribute: role, scope: siteId || 'instance', action: 'granted' });
      await this.publish(transaction, id);
    });
  }

  /** @throws PortalError `last-administrator` (409); `not-found` (404). */
  async revoke(id: string, { role, siteId = '' }: RoleInPlace, guard?: GroupGuard): Promise<void> {
    const given = { groupId: id, siteId, role: this.places.named(role) };
    await this.write(id, guard, async (transaction, group) => {
      if (!(await transaction.repository(GroupRoleEntity).existsBy(given))) return;
      await transaction.repository(GroupRoleEntity).delete(given);
      await keepAnAdministrator(transaction);
      await this.record(transaction, group.name, { attribute: given.role, scope: siteId || 'instance', action: 'revoked' });
      await this.publish(transaction, id);
    });
  }

  private async write(
    id: string,
    guard: GroupGuard | undefined,
    work: (transaction: Transaction, group: GroupEntity) => Promise<void>,
  ): Promise<void> {
    await this.unitOfWork.write(async (transaction) => {
      const group = await transaction.repository(GroupEntity).findOneBy({ id });
      const known = this.directory.group(id);
      if (!group || !known) throw notFound('group');
      guard?.(known);
      await work(transaction, group);
    });
  }

  private async publish(transaction: Transaction, id: string): Promise<void> {
    const row = await transaction.repository(GroupEntity).findOneByOrFail({ id });
    const roles = await transaction.repository(GroupRoleEntity).findBy({ groupId: id });
    transaction.afterCommit(() => this.directory.putGroup(row, roles));
  }

  private record(
    transaction: Transaction,
    subject: string,
    change: {
      readonly action: string;
      readonly attribute?: string;
      readonly scope?: string;
      readonly about?: string;
      readonly before?: unknown;
      readonly after?: unknown;
    },
  ): Promise<void> {
    return this.audit.record(transaction, { area: 'groups', subject, scope: 'instance', ...change });
  }
}

function columnsOf({ name, description }: TitleAndDescription): Omit<GroupEntity, 'id' | 'createdAt'> {
  const searchText = foldText(`${name} ${description}`);
  return { name, nameKey: foldText(name), sortKey: nameSortKey(name), description, searchText };
}

async function checkFree(transaction: Transaction, { id, nameKey }: Pick<GroupEntity, 'id' | 'nameKey'>): Promise<void> {
  const same = await transaction.repository(GroupEntity).findOneBy({ nameKey });
  if (!same || same.id === id) return;
  const sentence = `There is already a group ${same.name}.`;
  throw new PortalError('group-taken', sentence, { status: 409, details: { fields: { name: sentence } } });
}
