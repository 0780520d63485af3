import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Clock, inject, injectable, LessThan, PortalError, type Transaction, UnitOfWork } from '@portico/core';
import { AttemptEntity } from '../entities/attempt-entity.js';

/** How long somebody may take at the provider. */
export const attemptSeconds = 60 * 60;
const mostPerAddress = 60;
const minuteMillis = 60_000;
const mostAttempts = 10_000;
const goneAtOnce = 1000;
const browserPattern = /^[\w-]{43}$/;

/** What goes along to the provider, and back. */
export interface AttemptSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Where somebody wants to go on, and whether they connect an account to their own. */
export interface AttemptGoal {
  readonly next?: string | undefined;
  readonly personId?: string | undefined;
}

/** What came back: an attempt to finish; one that was finished before; none that this browser began. */
export type TakenAttempt =
  | ({ readonly kind: 'open'; readonly secrets: AttemptSecrets } & AttemptGoal)
  | ({ readonly kind: 'used' } & AttemptGoal)
  | { readonly kind: 'unknown' };

/**
 * Sign-ins that are with a provider. Each has a state of its own, so that tabs side by side do not disturb each other, and is bound to the browser by
 * its cookie, so that nobody finishes in one browser what was begun in another. It is finished once: the first answer takes it, in a transaction.
 */
@injectable()
export class Attempts {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  /** The cookie of a browser: the one it has, or a new one. */
  browser(cookie: string | undefined): string {
    return cookie !== undefined && browserPattern.test(cookie) ? cookie : randomBytes(32).toString('base64url');
  }

  /** @throws PortalError `oidc-slowed` (429) after too many from one address within a minute. */
  async begin(browser: string, providerId: string, address: string, { next, personId }: AttemptGoal): Promise<AttemptSecrets> {
    const state = randomBytes(32).toString('base64url');
    const now = this.clock.now().getTime();
    const addressHash = hashOf(address);
    await this.unitOfWork.write(async (transaction) => {
      const rows = transaction.repository(AttemptEntity);
      await rows.delete({ createdAt: LessThan(now - attemptSeconds * 1000) });
      await this.checkRate(transaction, addressHash, now);
      await rows.insert({
        stateHash: hashOf(state),
        browserHash: hashOf(browser),
        providerId,
        addressHash,
        personId: personId ?? null,
        next: next ?? null,
        createdAt: now,
        usedAt: null,
      });
    });
    return secretsOf(browser, state);
  }

  async take(browser: string | undefined, providerId: string, state: string): Promise<TakenAttempt> {
    if (browser === undefined) return { kind: 'unknown' };
    const now = this.clock.now().getTime();
    return this.unitOfWork.write(async (transaction) => {
      const rows = transaction.repository(AttemptEntity);
      const row = await rows.findOneBy({ stateHash: hashOf(state), browserHash: hashOf(browser), providerId });
      if (!row || Number(row.createdAt) < now - attemptSeconds * 1000) return { kind: 'unknown' };
      const goal = { next: row.next ?? undefined, personId: row.personId ?? undefined };
      if (row.usedAt !== null) return { kind: 'used', ...goal };
      await rows.update({ stateHash: row.stateHash }, { usedAt: now });
      return { kind: 'open', ...goal, secrets: secretsOf(browser, state) };
    });
  }

  private async checkRate(transaction: Transaction, addressHash: string, now: number): Promise<void> {
    const [recent] = await transaction.query<{ count: number }>(
      'SELECT count(*) AS count FROM oidc_attempt WHERE address_hash = ? AND created_at > ?',
      [addressHash, now - minuteMillis],
    );
    if (Number(recent?.count ?? 0) >= mostPerAddress) {
      const sentence = 'Too many sign-ins were begun from here. Try again in a minute.';
      throw new PortalError('oidc-slowed', sentence, { status: 429, retryAfter: 60 });
    }
    const [all] = await transaction.query<{ count: number }>('SELECT count(*) AS count FROM oidc_attempt');
    if (Number(all?.count ?? 0) < mostAttempts) return;
    await transaction.query(
      'DELETE FROM oidc_attempt WHERE state_hash IN (SELECT state_hash FROM oidc_attempt ORDER BY created_at LIMIT ?)',
      [goneAtOnce],
    );
  }
}

function secretsOf(browser: string, state: string): AttemptSecrets {
  const derived = (what: string): string => createHmac('sha256', browser).update(`${what}.${state}`).digest('base64url');
  return { state, nonce: derived('nonce'), codeVerifier: derived('code-verifier') };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
