import {
  type Activity,
  AuditLog,
  inject,
  injectable,
  Log,
  Messages,
  notFound,
  PortalError,
  type Session,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import type { Account } from '../api/index.js';
import { AccountLinks, type LiveLink } from './account-links.js';
import { AccountMails } from './account-mails.js';
import { AccountRepository } from './account-repository.js';
import { emailKey } from './email-address.js';
import { type SignInCount, SignInCounts, secondsToWait } from './sign-in-counts.js';
import { networkOf } from './sign-in-rate-limiter.js';

const quarterOfAnHour = 15 * 60;
/** Mails to one address, and questions from one client, within a quarter of an hour. */
const mostPerAddress = 3;
const mostPerClient = 20;

/**
 * Accounts that get back to their owners by mail.
 *
 * Forgotten password: whatever address is typed, the answer is the same and comes at once; whether there is an account is only looked up afterwards, so that
 * neither words nor time tell. One client asks so often and no more; one address gets so many mails and no more, without a word, because the word would
 * tell. The link opens a form, and the form, not the link, sets the password: then all sessions and API tokens of the account end. It gives no session: who
 * has a password signs in, with whatever else that takes.
 *
 * Invitation: a new account whose password nobody knows, and a link that sets the first one.
 *
 * Another address: asked for with the password, confirmed from the new address, told to the old one.
 */
@injectable()
export class AccountRecovery implements Activity {
  private readonly byAddress: SignInCount;
  private readonly byClient: SignInCount;
  private pending: Promise<void> = Promise.resolve();

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(Log) private readonly log: Log,
    @inject(Messages) private readonly messages: Messages,
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(AccountLinks) private readonly links: AccountLinks,
    @inject(AccountMails) private readonly mails: AccountMails,
    @inject(SignInCounts) counts: SignInCounts,
  ) {
    this.byAddress = counts.count('mails', mostPerAddress, quarterOfAnHour);
    this.byClient = counts.count('mails-from', mostPerClient, quarterOfAnHour);
  }

  onStop(): Promise<void> {
    return this.pending;
  }

  /** Whether accounts can get back by mail here: there is a server. A memory read. */
  get isPossible(): boolean {
    return this.mails.isReady;
  }

  /**
   * Takes the wish for a new password; knows nothing about accounts when it resolves.
   * @throws PortalError `mails-slowed` (429, Retry-After) for a client that asks too often.
   */
  async ask(email: string, client: string): Promise<void> {
    await this.byClient.consume(networkOf(client)).catch((reason: unknown) => {
      const seconds = secondsToWait(reason);
      throw new PortalError('mails-slowed', this.messages.text('forgot.slowed', { minutes: Math.ceil(seconds / 60) }), {
        status: 429,
        retryAfter: seconds,
      });
    });
    this.pending = this.pending
      .then(() => this.answer(emailKey(email)))
      .catch((error: unknown) => {
        this.log.error('A link for a new password could not be sent.', { error });
      });
  }

  /** Sends an invitation, or, to who has a password, a link for a new one. An administrator asks for it, who may. */
  send(account: Account): Promise<void> {
    return this.unitOfWork.write((transaction) => this.sendLink(transaction, account));
  }

  /** @throws PortalError `link-ended` (410). */
  find(token: string): Promise<LiveLink> {
    return this.links.find(token);
  }

  /** Sets the password that the form of a link brings. @throws PortalError `link-ended` (410), `invalid-input` (400). */
  async setPassword(token: string, password: string): Promise<void> {
    const { account, purpose } = await this.links.find(token);
    if (purpose === 'email') throw notFound();
    await this.accounts.replacePassword(account.id, password, false, {
      also: (transaction) => this.links.redeem(transaction, token),
    });
  }

  /**
   * Sends a link to the address that somebody wants to have, and tells the one that they have. The caller has asked for the password.
   * @throws PortalError `invalid-input` (400), `email-taken` (409), `mail-not-set-up` (503).
   */
  async askForAddress({ person }: Session, typed: string): Promise<string> {
    const email = this.accounts.freeAddress(typed);
    const account = this.accounts.byId(person.id);
    if (!account) throw notFound('person');
    await this.unitOfWork.write(async (transaction) => {
      await this.links.send(transaction, account, 'email', email);
      await this.mails.notice(transaction, 'address-asked', account, { email });
      await this.record(transaction, account, 'asked', 'email', { after: email });
    });
    return email;
  }

  /** Gives the account the address that its link was sent to. @throws PortalError `link-ended` (410), `email-taken` (409). */
  async confirmAddress(token: string): Promise<string> {
    const { account, purpose, email } = await this.links.find(token);
    if (purpose !== 'email') throw notFound();
    await this.accounts.changeEmail(account.id, email, async (transaction) => {
      await this.links.redeem(transaction, token);
      await this.mails.notice(transaction, 'address-changed', account, { email });
      await this.record(transaction, account, 'changed', 'email', { before: account.email, after: email });
    });
    return email;
  }

  private async answer(email: string): Promise<void> {
    if (await this.isTooOften(email)) return;
    const account = this.accounts.byEmail(email);
    if (!account?.active || !this.isPossible) return;
    await this.unitOfWork.write((transaction) => this.sendLink(transaction, account));
  }

  private async sendLink(transaction: Transaction, account: Account): Promise<void> {
    const purpose = account.mustChangePassword ? 'invitation' : 'password';
    await this.links.send(transaction, account, purpose);
    await this.record(transaction, account, 'sent', `${purpose}-link`);
  }

  private async isTooOften(email: string): Promise<boolean> {
    try {
      await this.byAddress.consume(email);
      return false;
    } catch (reason) {
      if (reason instanceof Error) throw reason;
      return true;
    }
  }

  private record(
    transaction: Transaction,
    { id, email }: Account,
    action: string,
    attribute: string,
    values: { readonly before?: string; readonly after?: string } = {},
  ): Promise<void> {
    const about = { area: 'people', subject: email, about: id, attribute, scope: 'instance' };
    return this.audit.record(transaction, { ...about, action, ...values });
  }
}
