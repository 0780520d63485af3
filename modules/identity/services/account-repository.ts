import {
  type AuditEntry,
  AuditLog,
  Clock,
  Ids,
  inject,
  injectable,
  invalidInput,
  notFound,
  type Person,
  type RoleName,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { nameSortKey } from '@portico/core/util';
import type { Account, NewAccount, People } from '../api/index.js';
import { ExternalGrantEntity } from '../entities/external-entities.js';
import { PersonEntity, personSearchText } from '../entities/person-entity.js';
import { RoleAssignmentEntity } from '../entities/role-assignment-entity.js';
import { checkedAccount, checkedEmail, checkedName, emailTaken, keepAnAdministrator } from './account-rules.js';
import { Directory } from './directory.js';
import { lengthProblem } from './password-rules.js';
import { noPassword, Passwords } from './passwords.js';
import type { RoleInPlace } from './rights.js';
import { RolePlaces } from './role-places.js';
import { SignedInAccess } from './signed-in-access.js';

/** How a password is replaced. */
export interface PasswordReplacement {
  /** True when it is the person's own choice, who knows of the tokens. Default: API tokens end with the password. */
  readonly keepsTokens?: boolean;
  /** True for the operator's, from the environment. */
  readonly isGiven?: boolean;
  /** Asked in the same transaction, before anything changes. It throws when the change is not allowed any more. */
  guard?(transaction: Transaction): Promise<void>;
  /** More to do in the same transaction, e.g. a new session for whoever changed the password. */
  also?(transaction: Transaction): Promise<void>;
}

/**
 * The only place where accounts and their roles change.
 *
 * Each change is one transaction, which ends with what the person then is (row and roles) and puts that into the directory in memory after its
 * commit, from where all requests read. Disabling somebody or giving a new password ends all sessions in the same transaction; a password that
 * somebody else gave ends the API tokens, too. A change that
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
    @inject(SignedInAccess) private readonly access: SignedInAccess,
    @inject(RolePlaces) private readonly places: RolePlaces,
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

  principal(id: string): Person | undefined {
    return this.directory.person(id) ?? this.directory.service(id);
  }

  add(account: NewAccount): Promise<Account> {
    return this.addWith(account, []);
  }

  /**
   * Adds a person together with roles: all of it, or nothing.
   * @param isGiven the password is the operator's, from the environment: it must be long enough, and is no business of ours otherwise.
   */
  async addWith(account: NewAccount, roles: readonly RoleInPlace[], isGiven = false): Promise<Account> {
    const { email, name } = await checkedAccount(account, (password, owner) =>
      isGiven ? Promise.resolve(lengthProblem(password)) : this.passwords.problem(password, owner),
    );
    const mustChangePassword = account.mustChangePassword ?? false;
    const given = roles.map((place) => this.places.checked(place));
    if (this.byEmail(email)) throw emailTaken();
    const person = Object.assign(new PersonEntity(), {
      id: this.ids.next(),
      email,
      name,
      nameKey: nameSortKey(name),
      searchText: personSearchText(email, name),
      passwordHash: await this.passwords.hash(account.password),
      active: true,
      mustChangePassword,
      oneTimeUntil: mustChangePassword ? this.passwords.oneTimeUntil() : null,
      createdAt: this.clock.now().toISOString(),
    });
    await this.unitOfWork.write(async (transaction) => {
      if (await transaction.repository(PersonEntity).existsBy({ email })) throw emailTaken();
      await transaction.repository(PersonEntity).insert(person);
      for (const { role, siteId } of given) {
        await transaction.repository(RoleAssignmentEntity).insert({ personId: person.id, siteId: siteId ?? '', role });
      }
      await this.record(transaction, person, 'added', { after: { name } });
      for (const place of given) await this.recordRole(transaction, person.id, 'granted', place);
      await this.publish(transaction, person.id);
    });
    return this.directory.byId(person.id) as Account;
  }

  /**
   * Adds somebody who signs in by an account at another place, with the caller's transaction. Answers their id.
   * @throws PortalError `invalid-input` (400) with fields; `email-taken` (409).
   */
  async addWithoutPassword(transaction: Transaction, who: { readonly email: string; readonly name: string }): Promise<string> {
    const { email, name } = await checkedAccount({ ...who, password: '' }, async () => undefined);
    if (await transaction.repository(PersonEntity).existsBy({ email })) throw emailTaken();
    const id = this.ids.next();
    await transaction.repository(PersonEntity).insert({
      id,
      email,
      name,
      nameKey: nameSortKey(name),
      searchText: personSearchText(email, name),
      passwordHash: noPassword,
      active: true,
      mustChangePassword: false,
      oneTimeUntil: null,
      createdAt: this.clock.now().toISOString(),
    });
    await this.publish(transaction, id);
    return id;
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
    const { role: name } = this.places.checked({ role, siteId });
    await this.change(personId, async (transaction) => {
      const assignments = transaction.repository(RoleAssignmentEntity);
      const assignment = { personId, siteId: siteId ?? '', role: name };
      // What somebody gives is theirs to take: no provider takes it.
      await transaction.repository(ExternalGrantEntity).delete(assignment);
      if (await assignments.existsBy(assignment)) return;
      await assignments.insert(assignment);
      await this.recordRole(transaction, personId, 'granted', { role: name, ...(siteId && { siteId }) });
    });
  }

  async revoke(personId: string, role: RoleName, siteId?: string): Promise<void> {
    const name = this.places.named(role);
    await this.change(personId, async (transaction) => {
      const assignment = { personId, siteId: siteId ?? '', role: name };
      const { affected } = await transaction.repository(RoleAssignmentEntity).delete(assignment);
      await transaction.repository(ExternalGrantEntity).delete(assignment);
      await keepAnAdministrator(transaction);
      if (affected) await this.recordRole(transaction, personId, 'revoked', { role: name, ...(siteId && { siteId }) });
    });
  }

  async setActive(personId: string, active: boolean): Promise<void> {
    await this.change(personId, async (transaction) => {
      const person = await personIn(transaction, personId);
      await transaction.repository(PersonEntity).update({ id: personId }, { active });
      if (person.active !== active) await this.record(transaction, person, active ? 'enabled' : 'disabled');
      if (active) return;
      await keepAnAdministrator(transaction);
      await this.access.endSessions(transaction, person);
      await this.access.endLinks(transaction, personId);
    });
  }

  /** An address as it is stored, that nobody has. @throws PortalError `invalid-input` (400), `email-taken` (409). */
  freeAddress(typed: string): string {
    const email = checkedEmail(typed);
    if (this.byEmail(email)) throw emailTaken();
    return email;
  }

  /** @param also more to do in the same transaction. @throws PortalError `email-taken` (409). */
  async changeEmail(personId: string, email: string, also: (transaction: Transaction) => Promise<void>): Promise<void> {
    await this.change(personId, async (transaction) => {
      const people = transaction.repository(PersonEntity);
      if (await people.existsBy({ email })) throw emailTaken();
      const { name } = await people.findOneByOrFail({ id: personId });
      await people.update({ id: personId }, { email, searchText: personSearchText(email, name) });
      await also(transaction);
      await this.access.endLinks(transaction, personId);
    });
  }

  /**
   * An administrator's correction of an address; the person need not confirm it, and is told at the former one. One that somebody has already is no change.
   * @param guard asked in the transaction: it throws when who corrects may not.
   */
  async correctEmail(personId: string, typed: string, guard?: () => void): Promise<void> {
    const account = this.directory.byId(personId);
    if (!account) throw notFound('person');
    if (checkedEmail(typed) === account.email) return;
    const email = this.freeAddress(typed);
    await this.changeEmail(personId, email, async (transaction) => {
      guard?.();
      await this.access.addressReplaced(transaction, account, email);
      await this.record(transaction, account, 'changed', { attribute: 'email', before: account.email, after: email });
    });
  }

  async setPassword(personId: string, password: string, options: { readonly mustChangePassword?: boolean } = {}): Promise<void> {
    await this.replacePassword(personId, password, options.mustChangePassword ?? false);
  }

  /** Ends all sessions of the person, and their API tokens unless it is the person who chose the password. */
  async replacePassword(
    personId: string,
    password: string,
    mustChangePassword: boolean,
    { keepsTokens = false, isGiven = false, guard, also }: PasswordReplacement = {},
  ): Promise<void> {
    const account = this.directory.byId(personId);
    if (!account) throw notFound('person');
    const problem = isGiven ? lengthProblem(password) : await this.passwords.problem(password, account);
    if (problem !== undefined) throw invalidInput({ password: problem }, problem);
    const passwordHash = await this.passwords.hash(password);
    const oneTimeUntil = mustChangePassword ? this.passwords.oneTimeUntil() : null;
    await this.change(personId, async (transaction) => {
      await guard?.(transaction);
      await transaction.repository(PersonEntity).update({ id: personId }, { passwordHash, mustChangePassword, oneTimeUntil });
      await this.record(transaction, await personIn(transaction, personId), 'replaced', { attribute: 'password' });
      await this.access.endSessions(transaction, account);
      if (!keepsTokens) await this.access.endTokens(transaction, account);
      await also?.(transaction);
      await this.access.passwordReplaced(transaction, account, account.mustChangePassword && !mustChangePassword);
    });
  }

  private record(
    transaction: Transaction,
    person: Pick<Person, 'id' | 'email'>,
    action: string,
    more: Partial<AuditEntry> = {},
  ): Promise<void> {
    const entry = { area: 'people', subject: person.email, about: person.id, scope: 'instance', action };
    return this.audit.record(transaction, { ...entry, ...more });
  }

  private async recordRole(
    transaction: Transaction,
    id: string,
    action: 'granted' | 'revoked',
    { role, siteId }: RoleInPlace,
  ): Promise<void> {
    const said = action === 'granted' ? { after: role } : { before: role };
    await this.record(transaction, await personIn(transaction, id), action, {
      attribute: 'role',
      ...(siteId && { scope: siteId }),
      ...said,
    });
  }

  private async change(personId: string, work: (transaction: Transaction) => Promise<unknown>): Promise<void> {
    await this.unitOfWork.write(async (transaction) => {
      if (!(await transaction.repository(PersonEntity).existsBy({ id: personId }))) throw notFound('person');
      await work(transaction);
      await this.publish(transaction, personId);
    });
  }

  /** What the transaction leaves becomes what everybody reads, with its commit. */
  async publish(transaction: Transaction, personId: string): Promise<void> {
    const person = await transaction.repository(PersonEntity).findOneByOrFail({ id: personId });
    const assignments = await transaction.repository(RoleAssignmentEntity).findBy({ personId });
    transaction.afterCommit(() => this.directory.put(person, assignments));
  }
}

function personIn(transaction: Transaction, id: string): Promise<PersonEntity> {
  return transaction.repository(PersonEntity).findOneByOrFail({ id });
}
