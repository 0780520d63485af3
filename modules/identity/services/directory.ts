import { Emitter, injectable, type Person, type Reader } from '@portico/core';
import type { Account, RoleName } from '../api/index.js';
import { PersonEntity } from '../entities/person-entity.js';
import { RoleAssignmentEntity } from '../entities/role-assignment-entity.js';

/** Every account and its roles, in memory: what each request asks. Changed only after a commit. */
@injectable()
export class Directory {
  private accounts = new Map<string, Account>();
  private idsByEmail = new Map<string, string>();
  private persons = new Map<string, Person>();
  private readonly changed = new Emitter<void>();
  readonly onDidChange = this.changed.event;

  get size(): number {
    return this.accounts.size;
  }

  byId(id: string): Account | undefined {
    return this.accounts.get(id);
  }

  byEmail(email: string): Account | undefined {
    const id = this.idsByEmail.get(email.trim().toLowerCase());
    return id === undefined ? undefined : this.accounts.get(id);
  }

  /** What others see of an account. The same object until the person's name, email, language or zone changes. */
  person(id: string): Person | undefined {
    return this.persons.get(id);
  }

  async load(reader: Reader): Promise<void> {
    const assignments = grouped(await reader.repository(RoleAssignmentEntity).find(), (entry) => entry.personId);
    this.accounts = new Map();
    this.idsByEmail = new Map();
    this.persons = new Map();
    for (const person of await reader.repository(PersonEntity).find()) {
      this.keep(person, assignments.get(person.id) ?? []);
    }
    this.changed.fire();
  }

  put(person: PersonEntity, assignments: readonly RoleAssignmentEntity[]): void {
    this.keep(person, assignments);
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
    const inSites = grouped(
      assignments.filter((entry) => entry.siteId !== ''),
      (entry) => entry.siteId,
    );
    this.accounts.set(
      row.id,
      Object.freeze({
        ...person,
        kind: 'person' as const,
        active: row.active,
        mustChangePassword: row.mustChangePassword,
        createdAt: new Date(row.createdAt),
        roles: rolesAmong(assignments.filter((entry) => entry.siteId === '')),
        siteRoles: Object.freeze(Object.fromEntries([...inSites].map(([siteId, entries]) => [siteId, rolesAmong(entries)]))),
      }),
    );
  }
}

function isChanged(known: Person, { email, name, locale, timeZone }: Person): boolean {
  return known.email !== email || known.name !== name || known.locale !== locale || known.timeZone !== timeZone;
}

function rolesAmong(assignments: readonly RoleAssignmentEntity[]): readonly RoleName[] {
  return Object.freeze(assignments.map((entry) => entry.role as RoleName).sort());
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
