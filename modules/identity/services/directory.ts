import { Emitter, injectable, type Person, type Reader, type RoleName } from '@portico/core';
import type { Account, Group } from '../api/index.js';
import { GroupEntity, GroupMemberEntity, GroupRoleEntity } from '../entities/group-entities.js';
import { PersonEntity } from '../entities/person-entity.js';
import { RoleAssignmentEntity } from '../entities/role-assignment-entity.js';
import { ServiceAccountEntity, ServiceAccountRoleEntity } from '../entities/service-account-entities.js';
import { emailKey } from './email-address.js';

/** All rows that the directory is made of. */
export interface DirectoryRows {
  readonly people: readonly PersonEntity[];
  readonly assignments: readonly RoleAssignmentEntity[];
  readonly groups: readonly GroupEntity[];
  readonly members: readonly GroupMemberEntity[];
  readonly groupRoles: readonly GroupRoleEntity[];
  readonly services: readonly ServiceAccountEntity[];
  readonly serviceRoles: readonly ServiceAccountRoleEntity[];
}

/** An account of a program, with its roles on the instance and per site id. */
export interface ServiceAccount extends Person, Pick<Account, 'active' | 'createdAt' | 'roles' | 'siteRoles'> {
  readonly kind: 'service';
  readonly description: string;
}

interface PersonRows {
  readonly person: PersonEntity;
  readonly assignments: readonly RoleAssignmentEntity[];
}

/**
 * Every account with its roles, of people and of programs, and every group, in memory: what each request asks. Changed only after a commit. What a group gives its people is
 * counted into their accounts when the group or who is in it changes, so that a request adds nothing up.
 */
@injectable()
export class Directory {
  private accounts = new Map<string, Account>();
  private idsByEmail = new Map<string, string>();
  private persons = new Map<string, Person>();
  private rows = new Map<string, PersonRows>();
  private groups = new Map<string, Group>();
  private services = new Map<string, ServiceAccount>();
  /** Ids of people by the id of their group, and the other way round. */
  private membersOf = new Map<string, Set<string>>();
  private groupsOf = new Map<string, Set<string>>();
  private readonly changed = new Emitter<void>();
  readonly onDidChange = this.changed.event;

  get size(): number {
    return this.accounts.size;
  }

  byId(id: string): Account | undefined {
    return this.accounts.get(id);
  }

  byEmail(email: string): Account | undefined {
    const id = this.idsByEmail.get(emailKey(email));
    return id === undefined ? undefined : this.accounts.get(id);
  }

  /** What others see of an account. The same object until the person's name, email, language or zone changes. */
  person(id: string): Person | undefined {
    return this.persons.get(id);
  }

  /** Everybody. */
  all(): Iterable<Account> {
    return this.accounts.values();
  }

  service(id: string): ServiceAccount | undefined {
    return this.services.get(id);
  }

  allServices(): Iterable<ServiceAccount> {
    return this.services.values();
  }

  /** Who has roles: somebody, or a program. */
  holder(id: string): Account | ServiceAccount | undefined {
    return this.accounts.get(id) ?? this.services.get(id);
  }

  /** For whom an API token speaks; undefined while it may not. */
  caller(id: string): Person | undefined {
    const account = this.accounts.get(id);
    if (account) return account.active && !account.mustChangePassword ? this.persons.get(id) : undefined;
    const service = this.services.get(id);
    return service?.active ? service : undefined;
  }

  group(id: string): Group | undefined {
    return this.groups.get(id);
  }

  allGroups(): Iterable<Group> {
    return this.groups.values();
  }

  membersOfGroup(id: string): ReadonlySet<string> {
    return this.membersOf.get(id) ?? nobody;
  }

  /** What a transaction, or a reader, finds. */
  static async read(reader: Pick<Reader, 'repository'>): Promise<DirectoryRows> {
    return {
      people: await reader.repository(PersonEntity).find(),
      assignments: await reader.repository(RoleAssignmentEntity).find(),
      groups: await reader.repository(GroupEntity).find(),
      members: await reader.repository(GroupMemberEntity).find(),
      groupRoles: await reader.repository(GroupRoleEntity).find(),
      services: await reader.repository(ServiceAccountEntity).find(),
      serviceRoles: await reader.repository(ServiceAccountRoleEntity).find(),
    };
  }

  async load(reader: Reader): Promise<void> {
    this.replace(await Directory.read(reader));
  }

  /** Everything anew. */
  replace({ people, assignments, groups, members, groupRoles, services, serviceRoles }: DirectoryRows): void {
    const rolesOfService = grouped(serviceRoles, ({ serviceId }) => serviceId);
    this.services = new Map(services.map((row) => [row.id, serviceOf(row, rolesOfService.get(row.id) ?? [])]));
    const rolesOf = grouped(groupRoles, ({ groupId }) => groupId);
    const assignmentsOf = grouped(assignments, ({ personId }) => personId);
    this.groups = new Map(groups.map((row) => [row.id, groupOf(row, rolesOf.get(row.id) ?? [])]));
    this.membersOf = new Map();
    this.groupsOf = new Map();
    for (const { groupId, personId } of members) this.join(groupId, personId);
    this.accounts = new Map();
    this.idsByEmail = new Map();
    this.rows = new Map();
    const known = new Set(people.map(({ id }) => id));
    for (const id of this.persons.keys()) if (!known.has(id)) this.persons.delete(id);
    for (const person of people) this.keep(person, assignmentsOf.get(person.id) ?? []);
    this.changed.fire();
  }

  put(person: PersonEntity, assignments: readonly RoleAssignmentEntity[]): void {
    this.keep(person, assignments);
    this.changed.fire();
  }

  putService(row: ServiceAccountEntity, roles: readonly ServiceAccountRoleEntity[]): void {
    this.services.set(row.id, serviceOf(row, roles));
    this.changed.fire();
  }

  removeService(id: string): void {
    this.services.delete(id);
    this.changed.fire();
  }

  /** A group that came or changed; who is in it stays. */
  putGroup(row: GroupEntity, roles: readonly GroupRoleEntity[]): void {
    this.groups.set(row.id, groupOf(row, roles));
    this.count(this.membersOfGroup(row.id));
  }

  putMember(groupId: string, personId: string): void {
    this.join(groupId, personId);
    this.count([personId]);
  }

  removeMember(groupId: string, personId: string): void {
    this.membersOf.get(groupId)?.delete(personId);
    this.groupsOf.get(personId)?.delete(groupId);
    this.count([personId]);
  }

  removeGroup(id: string): void {
    const members = this.membersOfGroup(id);
    this.groups.delete(id);
    this.membersOf.delete(id);
    for (const member of members) this.groupsOf.get(member)?.delete(id);
    this.count(members);
  }

  private join(groupId: string, personId: string): void {
    added(this.membersOf, groupId, personId);
    added(this.groupsOf, personId, groupId);
  }

  private count(people: Iterable<string>): void {
    for (const id of people) {
      const rows = this.rows.get(id);
      if (rows) this.keep(rows.person, rows.assignments);
    }
    this.changed.fire();
  }

  private keep(row: PersonEntity, assignments: readonly RoleAssignmentEntity[]): void {
    const person: Person = Object.freeze({
      id: row.id,
      kind: 'person',
      email: row.email,
      name: row.name,
      ...(row.locale ? { locale: row.locale } : {}),
      ...(row.timeZone ? { timeZone: row.timeZone } : {}),
    });
    const known = this.persons.get(row.id);
    if (known && known.email !== row.email) this.idsByEmail.delete(known.email);
    if (!known || isChanged(known, person)) this.persons.set(row.id, person);
    this.idsByEmail.set(row.email, row.id);
    this.rows.set(row.id, { person: row, assignments });
    const own = rolesByPlace(assignments);
    const groups = [...(this.groupsOf.get(row.id) ?? nobody)].flatMap((id) => this.groups.get(id) ?? []);
    const inForce = groups.length === 0 ? own : merged([own, ...groups]);
    this.accounts.set(
      row.id,
      Object.freeze({
        ...person,
        kind: 'person' as const,
        active: row.active,
        mustChangePassword: row.mustChangePassword,
        createdAt: new Date(row.createdAt),
        roles: inForce.roles,
        siteRoles: inForce.siteRoles,
        ownRoles: own.roles,
        ownSiteRoles: own.siteRoles,
        groups: Object.freeze(groups.map(({ id }) => id)),
      }),
    );
  }
}

function isChanged(known: Person, { email, name, locale, timeZone }: Person): boolean {
  return known.email !== email || known.name !== name || known.locale !== locale || known.timeZone !== timeZone;
}

type RolesByPlace = Pick<Account, 'roles' | 'siteRoles'>;

const nobody: ReadonlySet<string> = new Set();

function groupOf({ id, name, description }: GroupEntity, roles: readonly GroupRoleEntity[]): Group {
  return Object.freeze({ id, name, description, ...rolesByPlace(roles) });
}

function serviceOf(row: ServiceAccountEntity, roles: readonly ServiceAccountRoleEntity[]): ServiceAccount {
  const { id, name, description, active, createdAt } = row;
  const facts = { id, kind: 'service' as const, email: '', name, description, active, createdAt: new Date(createdAt) };
  return Object.freeze({ ...facts, ...rolesByPlace(roles) });
}

function rolesByPlace(entries: readonly { readonly siteId: string; readonly role: string }[]): RolesByPlace {
  const inSites = grouped(
    entries.filter(({ siteId }) => siteId !== ''),
    ({ siteId }) => siteId,
  );
  return {
    roles: sorted(entries.filter(({ siteId }) => siteId === '').map(({ role }) => role)),
    siteRoles: Object.freeze(
      Object.fromEntries([...inSites].map(([siteId, roles]) => [siteId, sorted(roles.map(({ role }) => role))])),
    ),
  };
}

function merged(parts: readonly RolesByPlace[]): RolesByPlace {
  const sites = new Set(parts.flatMap(({ siteRoles }) => Object.keys(siteRoles)));
  return {
    roles: sorted(parts.flatMap(({ roles }) => roles)),
    siteRoles: Object.freeze(
      Object.fromEntries([...sites].map((site) => [site, sorted(parts.flatMap(({ siteRoles }) => siteRoles[site] ?? []))])),
    ),
  };
}

function sorted(roles: readonly RoleName[]): readonly RoleName[] {
  return Object.freeze([...new Set(roles)].sort());
}

function added(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  if (set) set.add(value);
  else sets.set(key, new Set([value]));
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
