import {
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
import { AccountLinks } from './account-links.js';
import { AccountMails } from './account-mails.js';
import { checkedAccount, checkedEmail, checkedName, emailTaken, keepAnAdministrator } from './account-rules.js';
import { ApiTokenRepository } from './api-token-repository.js';
import { Directory } from './directory.js';
import { lengthProblem } from './password-rules.js';
import { noPassword, Passwords } from './passwords.js';
import type { RoleInPlace } from './rights.js';
import { RolePlaces } from './role-places.js';
import { SessionStore } from './session-store.js';

/** On what ways somebody gets in without showing a password: sessions, API tokens and links, ended together with what makes them wrong. */
@injectable()
class SignedInAccess {
  constructor(
    @inject(SessionStore) private readonly sessions: SessionStore,
    @inject(ApiTokenRepository) private readonly tokens: ApiTokenRepository,
    @inject(AccountLinks) private readonly links: AccountLinks,
    @inject(AccountMails) private readonly mails: AccountMails,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  endSessions(transaction: Transaction, personId: string): Promise<void> {
    return this.sessions.endAllOf(transaction, personId);
  }

  endTokens(transaction: Transaction, person: Person): Promise<void> {
    return this.tokens.revokeAllOf(transaction, person);
  }

  endLinks(transaction: Transaction, personId: string): Promise<void> {
    return this.links.endAllOf(transaction, personId);
  }

  /** Notes another address of somebody. */
  recordEmail(transaction: Transaction, { id, email: before }: Account, after: string): Promise<void> {
    const entry = { area: 'people', subject: before, about: id, attribute: 'email', scope: 'instance', action: 'changed' };
    return this.audit.record(transaction, { ...entry, before, after });
  }

  /** Links to another one end, and the owner is told, unless it is the first of their own. */
  async passwordReplaced(transaction: Transaction, account: Account, isFirst: boolean): Promise<void> {
    await this.endLinks(transaction, account.id);
    if (!isFirst) await this.mails.notice(transaction, 'password-changed', account);
  }
}

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
      const { email } = await people.findOneByOrFail({ id: personId });
      await people.update(
        { id: personId },
        { name: newName, nameKey: nameSortKey(newName), searchText: personSearchText(email, newName) },
      );
    });
  }

  async grant(personId: string, role: RoleName, siteId?: string): Promise<void> {
    const { role: name } = this.places.checked({ role, siteId });
    await this.change(personId, async (transaction) => {
      const assignments = transaction.repository(RoleAssignmentEntity);
      const assignment = { personId, siteId: siteId ?? '', role: name };
      if (!(await assignments.existsBy(assignment))) await assignments.insert(assignment);
      // What somebody gives is theirs to take: no provider takes it.
      await transaction.repository(ExternalGrantEntity).delete(assignment);
    });
  }

  async revoke(personId: string, role: RoleName, siteId?: string): Promise<void> {
    const name = this.places.named(role);
    await this.change(personId, async (transaction) => {
      const assignment = { personId, siteId: siteId ?? '', role: name };
      await transaction.repository(RoleAssignmentEntity).delete(assignment);
      await transaction.repository(ExternalGrantEntity).delete(assignment);
      await keepAnAdministrator(transaction);
    });
  }

  async setActive(personId: string, active: boolean): Promise<void> {
    await this.change(personId, async (transaction) => {
      await transaction.repository(PersonEntity).update({ id: personId }, { active });
      if (active) return;
      await keepAnAdministrator(transaction);
      await this.access.endSessions(transaction, personId);
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

  /** An administrator's correction of an address; the person need not confirm it. One that somebody has already is no change. */
  async correctEmail(personId: string, typed: string): Promise<void> {
    const account = this.directory.byId(personId);
    if (!account) throw notFound('person');
    if (checkedEmail(typed) === account.email) return;
    const email = this.freeAddress(typed);
    await this.changeEmail(personId, email, (transaction) => this.access.recordEmail(transaction, account, email));
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
      await this.access.endSessions(transaction, personId);
      if (!keepsTokens) await this.access.endTokens(transaction, account);
      await also?.(transaction);
      await this.access.passwordReplaced(transaction, account, account.mustChangePassword && !mustChangePassword);
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
