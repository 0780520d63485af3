import { type AccessContext, inject, injectable, notFound, PortalError, type RoleName } from '@portico/core';
import type { Account } from '../api/index.js';
import { AccountRecovery } from './account-recovery.js';
import { AccountRepository } from './account-repository.js';
import { Passwords } from './passwords.js';
import { Rights } from './rights.js';
import { RolePlaces } from './role-places.js';

/** What people who manage others may do: nobody makes themselves, or others, mightier than they are (`Rights`). */
@injectable()
export class PeopleAdministration {
  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(AccountRecovery) private readonly recovery: AccountRecovery,
    @inject(Rights) private readonly rights: Rights,
    @inject(RolePlaces) private readonly places: RolePlaces,
  ) {}

  account(id: string): Account {
    const account = this.accounts.byId(id);
    if (!account) throw notFound('person');
    return account;
  }

  mayChange(access: AccessContext, account: Account): boolean {
    return this.rights.mayActOn(access, account);
  }

  /** Whether people can be sent links. */
  get canMail(): boolean {
    return this.recovery.isPossible;
  }

  /** Sends an invitation; without mail it answers a password that is good for one sign-in, to be shown once. */
  async add(person: { readonly email: string; readonly name: string }): Promise<{ account: Account; password?: string }> {
    const password = Passwords.generate();
    const account = await this.accounts.add({ ...person, password, mustChangePassword: true });
    if (!this.canMail) return { account, password };
    await this.recovery.send(account);
    return { account };
  }

  /** Sends the invitation again, or, to who has a password, a link for a new one. Answers to whom. */
  async sendLink(access: AccessContext, id: string): Promise<Account> {
    this.checkTarget(access, id);
    const account = this.account(id);
    if (!account.active || !this.canMail) throw notFound('person');
    await this.recovery.send(account);
    return account;
  }

  async setOneTimePassword(access: AccessContext, id: string): Promise<string> {
    this.checkTarget(access, id);
    const password = Passwords.generate();
    // Hashing takes a while: who has become mightier meanwhile is not reset any more.
    await this.accounts.replacePassword(id, password, true, { guard: async () => this.checkTarget(access, id) });
    return password;
  }

  rename(access: AccessContext, id: string, name: string): Promise<void> {
    this.checkTarget(access, id);
    return this.accounts.rename(id, name);
  }

  /** @throws PortalError `invalid-input` (400), `email-taken` (409). */
  changeEmail(access: AccessContext, id: string, typed: string): Promise<void> {
    this.checkTarget(access, id);
    return this.accounts.correctEmail(id, typed, () => this.checkTarget(access, id));
  }

  setActive(access: AccessContext, id: string, active: boolean): Promise<void> {
    this.checkTarget(access, id);
    return this.accounts.setActive(id, active);
  }

  changeRole(access: AccessContext, id: string, role: RoleName, siteId: string | undefined, granted: boolean): Promise<void> {
    this.account(id);
    const place = granted ? this.places.checked({ role, siteId }) : { role, siteId };
    this.rights.requireGrant(access, place);
    return granted ? this.accounts.grant(id, role, siteId) : this.accounts.revoke(id, role, siteId);
  }

  /**
   * Somebody else whom this person may change.
   * @throws PortalError `not-found` (404), `administrators-only`, `beyond-rights` (403), `own-account` (409).
   */
  other(access: AccessContext, id: string): Account {
    this.checkTarget(access, id);
    if (access.person?.id !== id) return this.account(id);
    throw new PortalError('own-account', 'This is you: go to My Account.', { status: 409 });
  }

  private checkTarget(access: AccessContext, id: string): void {
    this.rights.requireActOn(access, this.account(id));
  }
}
