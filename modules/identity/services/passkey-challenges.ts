import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Clock, inject, injectable, PortalError } from '@portico/core';
import { newToken } from './token-hash.js';

const lifeMillis = 5 * 60_000;

/** For what a browser is asked: to make a passkey, to sign in with one alone, or to show one after the password. */
export type PasskeyPurpose = 'add' | 'sign-in' | 'second-factor';

/**
 * What a passkey has to sign: 256 random bits, which only the browser that was asked can bring back, once, within five minutes, for the same purpose and
 * the same person. They are not kept until they come back, so that nobody can push out those of others by asking for many; those that were answered
 * are remembered until their time is over. After a restart a browser is asked anew.
 */
@injectable()
export class PasskeyChallenges {
  private readonly key = randomBytes(32);
  private readonly spent = new Map<string, number>();

  constructor(@inject(Clock) private readonly clock: Clock) {}

  /** Answers the challenge, and the text for a cookie of the browser. */
  issue(purpose: PasskeyPurpose, personId = ''): { readonly challenge: string; readonly cookie: string } {
    const challenge = newToken();
    const until = this.clock.now().getTime() + lifeMillis;
    return { challenge, cookie: `${challenge}.${until}.${this.sealOf(challenge, until, purpose, personId)}` };
  }

  /** The challenge of a cookie. @throws PortalError `passkey-expired` (410). */
  redeem(cookie: string | undefined, purpose: PasskeyPurpose, personId = ''): string {
    const [challenge = '', text = '', seal = ''] = cookie?.split('.') ?? [];
    const until = Number(text);
    const now = this.clock.now().getTime();
    const expected = Buffer.from(this.sealOf(challenge, until, purpose, personId));
    const given = Buffer.from(seal);
    const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
    if (!isOurs || until <= now || this.spent.has(challenge)) {
      throw new PortalError('passkey-expired', 'This took too long. Try again.', { status: 410 });
    }
    return challenge;
  }

  /** After this it is good for nothing: for answers that were right. @returns false when somebody was faster. */
  spend(challenge: string): boolean {
    const now = this.clock.now().getTime();
    for (const [old, until] of this.spent) {
      if (until > now) break;
      this.spent.delete(old);
    }
    if (this.spent.has(challenge)) return false;
    this.spent.set(challenge, now + lifeMillis);
    return true;
  }

  private sealOf(challenge: string, until: number, purpose: PasskeyPurpose, personId: string): string {
    return createHmac('sha256', this.key).update(`${challenge}.${until}.${purpose}.${personId}`).digest('base64url');
  }
}
