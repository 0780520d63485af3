import { Clock, inject, injectable, LessThanOrEqual, PortalError, type Transaction, UnitOfWork } from '@portico/core';
import type { Account } from '../api/index.js';
import { AccountLinkEntity, type LinkPurpose } from '../entities/account-link-entity.js';
import { AccountMails } from './account-mails.js';
import { Directory } from './directory.js';
import { hashOf, newToken } from './token-hash.js';

const hour = 3_600_000;
const livesFor: Readonly<Record<LinkPurpose, number>> = { password: hour, invitation: 72 * hour, email: 24 * hour };

/** A link that works now, and whose account it is. */
export interface LiveLink {
  readonly purpose: LinkPurpose;
  readonly account: Account;
  readonly email: string;
}

/**
 * Links that are sent by mail: 256 random bits, of which the table has the hash. Programs that read mail open links, so finding one changes nothing;
 * `redeem` uses it up in the transaction of what it is for. Who asks twice has two that work: else a stranger could make the owner's useless by asking
 * again. A new password, another address and disabling the account end all of them.
 */
@injectable()
export class AccountLinks {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Clock) private readonly clock: Clock,
    @inject(Directory) private readonly directory: Directory,
    @inject(AccountMails) private readonly mails: AccountMails,
  ) {}

  /** Makes a link and sends it, with the caller's transaction. @param email where to, when that is not the address of the account. */
  async send(transaction: Transaction, account: Account, purpose: LinkPurpose, email: string = account.email): Promise<void> {
    const token = newToken();
    const createdAt = this.clock.now().getTime();
    const expiresAt = createdAt + livesFor[purpose];
    const links = transaction.repository(AccountLinkEntity);
    await links.delete({ expiresAt: LessThanOrEqual(createdAt) });
    await links.insert({ tokenHash: hashOf(token), personId: account.id, purpose, email, createdAt, expiresAt });
    await this.mails.link(transaction, purpose, account, {
      path: `/sign-in/link?token=${token}`,
      until: new Date(expiresAt),
      to: email,
    });
  }

  /** Looks, and changes nothing. @throws PortalError `link-ended` (410). */
  async find(token: string): Promise<LiveLink> {
    const link = await this.unitOfWork.read((reader) =>
      reader.repository(AccountLinkEntity).findOneBy({ tokenHash: hashOf(token) }),
    );
    const account = link && this.directory.byId(link.personId);
    if (!link || !account?.active || link.expiresAt <= this.clock.now().getTime()) throw linkEnded();
    return { purpose: link.purpose, account, email: link.email };
  }

  /** Uses it up, with the caller's transaction; what it is for ends the others. */
  async redeem(transaction: Transaction, token: string): Promise<void> {
    const links = transaction.repository(AccountLinkEntity);
    const link = await links.findOneBy({ tokenHash: hashOf(token) });
    if (!link || link.expiresAt <= this.clock.now().getTime()) throw linkEnded();
    await links.delete({ tokenHash: link.tokenHash });
  }

  /** Ends all of an account, with the caller's transaction: its password is new, its address another one, or it is disabled. */
  async endAllOf(transaction: Transaction, personId: string): Promise<void> {
    await transaction.repository(AccountLinkEntity).delete({ personId });
  }
}

function linkEnded(): PortalError {
  return new PortalError('link-ended', 'This link does not work any more.', { status: 410 });
}
