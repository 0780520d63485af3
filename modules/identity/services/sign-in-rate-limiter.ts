import { setTimeout as wait } from 'node:timers/promises';
import { Clock, inject, injectable, Messages, PortalError, type Transaction, UnitOfWork } from '@portico/core';
import ipaddr from 'ipaddr.js';
import { KnownDeviceEntity } from '../entities/known-device-entity.js';
import { AccountMails } from './account-mails.js';
import { Directory } from './directory.js';
import { IdentityConfig } from './identity-config.js';
import type { Visitor } from './session-store.js';
import { type SignInCount, SignInCounts, secondsToWait } from './sign-in-counts.js';
import { hashOf, newToken } from './token-hash.js';

const minute = 60;
const quarterOfAnHour = 15 * minute;
const freeFailures = 5;
const firstDelayMillis = 100;
const mostWaiting = 100;
const day = 24 * 60 * minute;
/** Of a million codes three are right at any time: who tries fifty a day finds one in eighteen years, on average. */
const codesPerQuarter = 5;
const codesPerDay = 50;

/**
 * Slows the guessing of passwords without locking anyone out. Whoever guesses from one address waits out the minute there;
 * guesses at one account from many addresses delay its sign-ins by seconds. Neither counts for the owner on a device of theirs: attempts
 * there have a count of their own, which strangers cannot use up.
 */
@injectable()
export class SignInRateLimiter {
  private readonly byPair: SignInCount;
  private readonly byAddress: SignInCount;
  private readonly byDevice: SignInCount;
  private readonly byAccount: SignInCount;
  private readonly byCode: SignInCount;
  private readonly byCodeOfDay: SignInCount;
  private readonly longestDelayMillis: number;
  private waiting = 0;

  constructor(
    @inject(IdentityConfig) { values }: IdentityConfig,
    @inject(Messages) private readonly messages: Messages,
    @inject(SignInCounts) counts: SignInCounts,
  ) {
    this.byPair = counts.count('pair', values.failuresPerAccount, minute);
    this.byAddress = counts.count('address', values.failuresPerAddress, minute);
    this.byDevice = counts.count('device', values.failuresPerAccount, minute);
    this.byAccount = counts.count('account', freeFailures, quarterOfAnHour);
    this.byCode = counts.count('code', codesPerQuarter, quarterOfAnHour);
    this.byCodeOfDay = counts.count('code-of-day', codesPerDay, day);
    this.longestDelayMillis = values.longestDelayMillis;
  }

  /**
   * Counts an attempt, and waits or refuses when there were too many that failed. Counting comes before checking, so that
   * attempts side by side do not slip through.
   * @param device on which the account has signed in before.
   * @throws PortalError `sign-in-slowed` (429, Retry-After).
   */
  async attempt(account: string, address: string, device?: string): Promise<void> {
    if (device !== undefined) {
      await this.countAll([this.byDevice.consume(`${account}|${device}`)]);
      return;
    }
    const network = networkOf(address);
    await this.countAll([this.byPair.consume(`${account}|${network}`), this.byAddress.consume(network)]);
    const { consumedPoints } = await this.byAccount.penalty(account);
    if (consumedPoints > freeFailures) await this.delay(consumedPoints - freeFailures);
  }

  /** Forgets the failures of an account after a success; this address gets its attempt back. */
  async succeeded(account: string, address: string, device?: string): Promise<void> {
    // Of what strangers tried, a success of the owner forgives nothing.
    if (device !== undefined) {
      await this.byDevice.delete(`${account}|${device}`);
      return;
    }
    const network = networkOf(address);
    await this.byPair.delete(`${account}|${network}`);
    await this.byAccount.delete(account);
    await this.byAddress.reward(network);
  }

  /**
   * Counts an attempt at a second factor of somebody whose password was right. Whoever knows the password and guesses the code uses up a count that
   * the owner does not need, on a device of theirs.
   * @throws PortalError `sign-in-slowed` (429, Retry-After).
   */
  async attemptCode(personId: string, device?: string): Promise<void> {
    const who = `${personId}|${device ?? ''}`;
    await this.countAll([this.byCode.consume(who), this.byCodeOfDay.consume(who)]);
  }

  async codeSucceeded(personId: string, device?: string): Promise<void> {
    const who = `${personId}|${device ?? ''}`;
    await Promise.all([this.byCode.delete(who), this.byCodeOfDay.delete(who)]);
  }

  /** Counts an attempt that names no account. @throws PortalError `sign-in-slowed` (429, Retry-After). */
  async attemptFrom(address: string): Promise<void> {
    await this.countAll([this.byAddress.consume(networkOf(address))]);
  }

  async succeededFrom(address: string): Promise<void> {
    await this.byAddress.reward(networkOf(address));
  }

  /** Counts each, also where another one refuses; whoever is refused waits for the longest. */
  private async countAll(counts: readonly Promise<unknown>[]): Promise<void> {
    const refused = (await Promise.allSettled(counts)).filter((result) => result.status === 'rejected');
    if (refused.length > 0) throw this.slowed(Math.max(...refused.map(({ reason }) => secondsToWait(reason))));
  }

  private async delay(excess: number): Promise<void> {
    if (this.waiting >= mostWaiting) throw this.slowed(Math.max(1, Math.ceil(this.longestDelayMillis / 1000)));
    this.waiting += 1;
    try {
      await wait(Math.min(this.longestDelayMillis, firstDelayMillis * 2 ** Math.min(excess, 16)));
    } finally {
      this.waiting -= 1;
    }
  }

  private slowed(seconds: number): PortalError {
    const minutes = seconds < 120 ? 0 : Math.ceil(seconds / 60);
    return new PortalError('sign-in-slowed', this.messages.text('sign-in.slowed', { seconds, minutes }), {
      status: 429,
      retryAfter: seconds,
    });
  }
}

/** IPv4 as it is; of IPv6 the first 64 bits, because one household has all of the rest. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (!('parts' in parsed)) return parsed.toString();
  const household = parsed.parts.slice(0, 4);
  return household.map((part) => part.toString(16)).join(':');
}

const mostPerPerson = 20;
const tokenPattern = /^[\w-]{43}$/;

/**
 * Browsers from which people have signed in. Whoever guesses passwords has none of them for the account, so that strangers can neither use up the
 * attempts of its owner nor delay them, not even from the same address. A device is known for the accounts that signed in on it, and for no other;
 * guesses on it are counted like any.
 */
@injectable()
export class KnownDevices {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Clock) private readonly clock: Clock,
    @inject(Directory) private readonly directory: Directory,
    @inject(AccountMails) private readonly mails: AccountMails,
  ) {}

  /** The device of a cookie, when this person has signed in on it: the name under which its attempts are counted. */
  async find(personId: string | undefined, token: string | undefined): Promise<string | undefined> {
    if (personId === undefined || token === undefined || !tokenPattern.test(token)) return undefined;
    const tokenHash = hashOf(token);
    const known = await this.unitOfWork.read((reader) => reader.repository(KnownDeviceEntity).existsBy({ tokenHash, personId }));
    return known ? tokenHash : undefined;
  }

  /**
   * Knows the browser from the commit on; answers the token for its cookie, which stays the same for everybody who signs in there. The oldest of
   * many goes. Who has signed in elsewhere before is told of a new one by mail.
   * @param visitor.device what the browser has: a token that nobody was given is not taken.
   */
  async add(
    transaction: Transaction,
    personId: string,
    { device: cookie, address }: Pick<Visitor, 'device' | 'address'>,
  ): Promise<string> {
    const devices = transaction.repository(KnownDeviceEntity);
    const isOurs = cookie !== undefined && tokenPattern.test(cookie) && (await devices.existsBy({ tokenHash: hashOf(cookie) }));
    const token = isOurs ? cookie : newToken();
    const tokenHash = hashOf(token);
    if (await devices.existsBy({ tokenHash, personId })) return token;
    await devices.insert({ tokenHash, personId, createdAt: this.clock.now().getTime() });
    const all = await devices.find({ where: { personId }, order: { createdAt: 'DESC' } });
    const person = this.directory.person(personId);
    if (person && all.length > 1) await this.mails.notice(transaction, 'new-device', person, { address });
    for (const old of all.slice(mostPerPerson)) await devices.delete({ tokenHash: old.tokenHash, personId });
    return token;
  }
}
