import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { Clock, inject, injectable, type Reader, UnitOfWork } from '@portico/core';
import type { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { SignInCountEntity } from '../entities/sign-in-count-entity.js';

// Only what is used: the whole package brings thirty stores, and a start would wait for them.
export const Limiter = createRequire(import.meta.url)(
  'rate-limiter-flexible/lib/RateLimiterMemory.js',
) as typeof RateLimiterMemory;

/** One kind of count. What is counted is hashed, so that neither memory nor table hold addresses of people. */
export class SignInCount {
  constructor(
    private readonly limiter: RateLimiterMemory,
    private readonly touched: (key: string) => void,
  ) {}

  /** Counts one. @throws RateLimiterRes when there are too many. */
  async consume(what: string): Promise<RateLimiterRes> {
    const key = this.keyOf(what);
    return this.limiter.consume(key);
  }

  /** Counts one without a limit. */
  async penalty(what: string): Promise<RateLimiterRes> {
    return this.limiter.penalty(this.keyOf(what));
  }

  /** Takes one back. */
  async reward(what: string): Promise<void> {
    await this.limiter.reward(this.keyOf(what));
  }

  async delete(what: string): Promise<void> {
    await this.limiter.delete(this.keyOf(what));
  }

  private keyOf(what: string): string {
    const key = hash('sha256', what);
    this.touched(key);
    return key;
  }
}

/** What `consume` throws, as whole seconds to wait; anything else is thrown on. */
export function secondsToWait(reason: unknown): number {
  if (reason instanceof Error) throw reason;
  return Math.max(1, Math.ceil((reason as RateLimiterRes).msBeforeNext / 1000));
}

/**
 * The counts of failures: in memory, where each attempt asks, and every few seconds on disk, in one transaction for all that changed, so that a restart
 * forgives nothing and guessing does not keep the disk busy. A kill loses the last seconds.
 */
@injectable()
export class SignInCounts {
  private readonly limiters = new Map<string, RateLimiterMemory>();
  private changed = new Map<string, { readonly name: string; readonly key: string }>();

  constructor(
    @inject(Clock) private readonly clock: Clock,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
  ) {}

  /** @param seconds after the first one of a count, when it begins anew. */
  count(name: string, points: number, seconds: number): SignInCount {
    const limiter = new Limiter({ keyPrefix: name, points, duration: seconds });
    this.limiters.set(name, limiter);
    return new SignInCount(limiter, (key) => this.changed.set(`${name} ${key}`, { name, key }));
  }

  async load(reader: Reader): Promise<void> {
    const now = this.clock.now().getTime();
    for (const { countKey, points, endsAt } of await reader.repository(SignInCountEntity).find()) {
      const [name = '', key = ''] = countKey.split(' ');
      const seconds = (Number(endsAt) - now) / 1000;
      if (seconds > 0) await this.limiters.get(name)?.set(key, Number(points), seconds);
    }
  }

  async flush(): Promise<void> {
    if (this.changed.size === 0) return;
    const now = this.clock.now().getTime();
    const changed = this.changed;
    this.changed = new Map();
    const kept: SignInCountEntity[] = [];
    const gone: string[] = [];
    for (const [countKey, { name, key }] of changed) {
      const state = await this.limiters.get(name)?.get(key);
      if (state && state.consumedPoints > 0)
        kept.push({ countKey, points: state.consumedPoints, endsAt: now + state.msBeforeNext });
      else gone.push(countKey);
    }
    try {
      await this.unitOfWork.write(async (transaction) => {
        const repository = transaction.repository(SignInCountEntity);
        for (const countKey of gone) await repository.delete({ countKey });
        for (const row of kept) await repository.upsert(row, ['countKey']);
        await transaction.query('DELETE FROM identity_sign_in_count WHERE ends_at <= ?', [now]);
      });
    } catch (error) {
      for (const [countKey, which] of changed) this.changed.set(countKey, which);
      throw error;
    }
  }
}
