import {
  type AuditEntry,
  AuditLog,
  Clock,
  Ids,
  inject,
  injectable,
  notFound,
  optional,
  type ServiceHandle,
  SiteDirectory,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { nameSortKey } from '@portico/core/util';
import type { Account, NewAccount, People, RoleName } from '../api/index.js';
import { PersonEntity, personSearchText } from '../entities/person-entity.js';
import { RoleAssignmentEntity } from '../entities/role-assignment-entity.js';
import { checkedAccount, checkedName, checkPassword, checkRole, emailTaken, keepAnAdministrator } from './account-rules.js';
import { Directory } from './directory.js';
import { Passwords } from './passwords.js';
import { SessionStore } from './session-store.js';

export interface RoleInPlace {
  readonly role: RoleName;
  /** Left out for the instance. */
  readonly siteId?: string;
}

/**
 * The only place where accounts and their roles change.
 *
 * Each change is one transaction, which ends with what the person then is (row and roles) and puts that into the directory in memory after its
 * commit, from where all requests read. Disabling somebody or giving a new password ends all sessions in the same transaction. A change that
 * would leave the portal without an active administrator is undone. Passwords are hashed before the transaction, because that takes long, and
 * are never stored, logged or answered.
 */
@injectable()
export class AccountRepository implements People {
  readonly onDidChange;

  constructor(
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Directory) private readonly directory: Directory,
    @inject(Passwords) private readonly passwords: Passwords,
    @inject(SessionStore) private readonly sessions: SessionStore,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {
    this.onDidChange = directory.onDidChange;
  }

  byId(id: string): Account | undefined {
    return this.directory.byId(id);
  }

  byEmail(email: string): Account | undefined {
    return this.directory.byEmail(email);
  }

  add(account: NewAccount): Promise<Account> {
    return this.addWith(account, []);
  }

  /** Adds a person together with roles: all of it, or nothing. */
  async addWith(account: NewAccount, roles: readonly RoleInPlace[]): Promise<Account> {
    const { email, name } = checkedAccount(account);
    for (const { role, siteId } of roles) this.checkPlace(role, siteId);
    if (this.byEmail(email)) throw emailTaken();
    const person = Object.assign(new PersonEntity(), {
      id: this.ids.next(),
      email,
      name,
      nameKey: nameSortKey(name),
      searchText: personSearchText(email, name),
      passwordHash: await this.passwords.hash(account.password),
      active: true,
      mustChangePassword: account.mustChangePassword ?? false,
      createdAt: this.clock.now().toISOString(),
    });
    await this.unitOfWork.write(async (transaction) => {
      if (await transaction.repository(PersonEntity).existsBy({ email })) throw emailTaken();
      await transaction.repository(PersonEntity).insert(person);
      for (const { role, siteId } of roles) {
        await transaction.repository(RoleAssignmentEntity).insert({ personId: person.id, siteId: siteId ?? '', role });
      }
      await this.record(transaction, person, 'added', { after: { name } });
      for (const { role, siteId } of roles) await this.recordRole(transaction, person, 'granted', role, siteId);
      await this.publish(transaction, person.id);
    });
    return this.directory.byId(person.id) as Account;
  }

  async rename(personId: string, name: string): Promise<void> {
    const newName = checkedName(name);
    await this.change(personId, async (transaction) => {
      const people = transaction.repository(PersonEntity);
      const person = await people.findOneByOrFail({ id: personId });
      const { email, name: before } = person;
      await people.update(
        { id: personId },
        { name: newName, nameKey: nameSortKey(newName), searchText: personSearchText(email, newName) },
      );
      if (before !== newName) await this.record(transaction, person, 'changed', { attribute: 'name', before, after: newName });
    });
  }

  async grant(personId: string, role: RoleName, siteId?: string): Promise<void> {
    this.checkPlace(role, siteId);
    await this.change(personId, async (transaction) => {
      const assignments = transaction.repository(RoleAssignmentEntity);
      const assignment = { personId, siteId: siteId ?? '', role };
      if (await assignments.existsBy(assignment)) return;
      await assignments.insert(assignment);
      await this.recordRole(transaction, await personIn(transaction, personId), 'granted', role, siteId);
    });
  }

  async revoke(personId: string, role: RoleName, siteId?: string): Promise<void> {
    await this.change(personId, async (transaction) => {
      const { affected } = await transaction.repository(RoleAssignmentEntity).delete({ personId, siteId: siteId ?? '', role });
      await keepAnAdministrator(transaction);
      if (affected) await this.recordRole(transaction, await personIn(transaction, personId), 'revoked', role, siteId);
    });
  }

  async setActive(personId: string, active: boolean): Promise<void> {
    await this.change(personId, async (transaction) => {
      const person = await personIn(transaction, personId);
      await transaction.repository(PersonEntity).update({ id: personId }, { active });
      if (person.active !== active) await this.record(transaction, person, active ? 'enabled' : 'disabled');
      if (active) return;
      await keepAnAdministrator(transaction);
      await this.sessions.endAllOf(transaction, personId);
    });
  }

  async setPassword(personId: string, password: string, options: { readonly mustChangePassword?: boolean } = {}): Promise<void> {
    await this.replacePassword(personId, password, options.mustChangePassword ?? false);
  }

  /** @param also more to do in the same transaction, e.g. a new session for whoever changed the password. */
  async replacePassword(
    personId: string,
    password: string,
    mustChangePassword: boolean,
    also?: (transaction: Transaction) => Promise<void>,
  ): Promise<void> {
    checkPassword(password);
    const passwordHash = await this.passwords.hash(password);
    await this.change(personId, async (transaction) => {
      await transaction.repository(PersonEntity).update({ id: personId }, { passwordHash, mustChangePassword });
      await this.record(transaction, await personIn(transaction, personId), 'replaced', { attribute: 'password' });
      await this.sessions.endAllOf(transaction, personId);
      await also?.(transaction);
    });
  }

  private record(
    transaction: Transaction,
    { id, email }: PersonEntity,
    action: string,
    more: Partial<AuditEntry> = {},
  ): Promise<void> {
    return this.audit.record(transaction, { area: 'people', subject: email, about: id, scope: 'instance', action, ...more });
  }

  private recordRole(
    transaction: Transaction,
    person: PersonEntity,
    action: 'granted' | 'revoked',
    role: RoleName,
    siteId: string | undefined,
  ): Promise<void> {
    const said = action === 'granted' ? { after: role } : { before: role };
    return this.record(transaction, person, action, { attribute: 'role', ...(siteId && { scope: siteId }), ...said });
  }

  private async change(personId: string, work: (transaction: Transaction) => Promise<unknown>): Promise<void> {
    await this.unitOfWork.write(async (transaction) => {
      if (!(await transaction.repository(PersonEntity).existsBy({ id: personId }))) throw notFound('person');
      await work(transaction);
      await this.publish(transaction, personId);
    });
  }

  /** What the transaction leaves becomes what everybody reads, with its commit. */
  private async publish(transaction: Transaction, personId: string): Promise<void> {
    const person = await transaction.repository(PersonEntity).findOneByOrFail({ id: personId });
    const assignments = await transaction.repository(RoleAssignmentEntity).findBy({ personId });
    transaction.afterCommit(() => this.directory.put(person, assignments));
  }

  private checkPlace(role: RoleName, siteId: string | undefined): void {
    checkRole(role, siteId);
    const sites = this.sites.get();
    if (siteId !== undefined && sites && !sites.byId(siteId)) throw notFound('site');
  }
}

function personIn(transaction: Transaction, id: string): Promise<PersonEntity> {
  return transaction.repository(PersonEntity).findOneByOrFail({ id });
}
