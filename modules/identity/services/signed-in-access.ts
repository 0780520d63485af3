import { AuditLog, inject, injectable, type Person, type Transaction } from '@portico/core';
import type { Account } from '../api/index.js';
import { AccountLinks } from './account-links.js';
import { AccountMails } from './account-mails.js';
import { ApiTokenRepository } from './api-token-repository.js';
import { SessionStore } from './session-store.js';

/** On what ways somebody gets in without showing a password: sessions, API tokens and links, ended together with what makes them wrong. */
@injectable()
export class SignedInAccess {
  constructor(
    @inject(SessionStore) private readonly sessions: SessionStore,
    @inject(ApiTokenRepository) private readonly tokens: ApiTokenRepository,
    @inject(AccountLinks) private readonly links: AccountLinks,
    @inject(AccountMails) private readonly mails: AccountMails,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  /** One entry tells how many there were. */
  async endSessions(transaction: Transaction, { id, email }: Pick<Person, 'id' | 'email'>): Promise<void> {
    const count = await this.sessions.endAllOf(transaction, id);
    if (count === 0) return;
    await this.audit.record(transaction, {
      area: 'security',
      subject: email,
      about: id,
      attribute: 'sessions',
      scope: 'instance',
      action: 'removed',
      before: { count },
    });
  }

  /** Each with its own entry. */
  endTokens(transaction: Transaction, person: Person): Promise<void> {
    return this.tokens.revokeAllOf(transaction, person);
  }

  endLinks(transaction: Transaction, personId: string): Promise<void> {
    return this.links.endAllOf(transaction, personId);
  }

  /** The former address is told, unless nobody has used the account yet: then it may be that of a stranger. */
  async addressReplaced(transaction: Transaction, account: Account, email: string): Promise<void> {
    if (!account.mustChangePassword) await this.mails.notice(transaction, 'address-changed', account, { email });
  }

  /** Links to another one end, and the owner is told, unless it is the first of their own. */
  async passwordReplaced(transaction: Transaction, account: Account, isFirst: boolean): Promise<void> {
    await this.endLinks(transaction, account.id);
    if (!isFirst) await this.mails.notice(transaction, 'password-changed', account);
  }
}
