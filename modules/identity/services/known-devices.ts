import { createHash, randomBytes } from 'node:crypto';
import { Clock, inject, injectable, type Transaction, UnitOfWork } from '@portico/core';
import { KnownDeviceEntity } from '../entities/known-device-entity.js';

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
  ) {}

  /** The device of a cookie, when this person has signed in on it: the name under which its attempts are counted. */
  async find(personId: string | undefined, token: string | undefined): Promise<string | undefined> {
    if (personId === undefined || token === undefined || !tokenPattern.test(token)) return undefined;
    const tokenHash = hashOf(token);
    const known = await this.unitOfWork.read((reader) => reader.repository(KnownDeviceEntity).existsBy({ tokenHash, personId }));
    return known ? tokenHash : undefined;
  }

  /** Knows the browser from the commit on; answers the token for its cookie. The oldest of many goes. */
  async add(transaction: Transaction, personId: string): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const devices = transaction.repository(KnownDeviceEntity);
    await devices.insert({ tokenHash: hashOf(token), personId, createdAt: this.clock.now().getTime() });
    const all = await devices.find({ where: { personId }, order: { createdAt: 'DESC' } });
    for (const { tokenHash } of all.slice(mostPerPerson)) await devices.delete({ tokenHash });
    return token;
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
