import { ProviderError } from '@portico/ai-providers/api';
import { Clock, inject, injectable, Log } from '@portico/core';
import type { Generation } from '../../entities/generation.js';
import { errorCatalogEntry } from '../failures/error-catalog.js';
import { RateLimitBackoff } from '../failures/rate-limit-backoff.js';
import { CreatorConfig } from '../settings/creator-config.js';
import { GenerationStore } from './generation-store.js';
import { Timers } from './timers.js';

/** Errors that a server answers before it begins. A 504 is not among them: what it waited for may have been carried out, and charged. */
const before = [500, 502, 503];

/** Whether the same request may be sent once more by itself: the service said that it did not carry it out. */
export const mayTryAgain = ({ code, status, maybeCharged }: ProviderError): boolean =>
  errorCatalogEntry(code)?.retry === 'after-a-pause' &&
  !maybeCharged &&
  (code !== 'server-trouble' || (status !== undefined && before.includes(status)));

type Limits = Pick<CreatorConfig['values'], 'retries' | 'retryCapSeconds' | 'retryMillis'>;

/**
 * Milliseconds to wait before the next attempt: what the service asks for, else twice as long each time, with jitter, so that many do not
 * come back at once. Undefined: it is not sent again.
 * @param attempts how often it was sent.
 */
export function pauseBefore(error: ProviderError, attempts: number, limits: Limits, random = Math.random): number | undefined {
  if (!mayTryAgain(error) || attempts > limits.retries) return undefined;
  const asked = error.retryAfterSeconds ?? 0;
  if (asked > limits.retryCapSeconds) return undefined;
  if (asked > 0) return asked * 1000;
  const longest = Math.min(limits.retryMillis * 2 ** (attempts - 1), limits.retryCapSeconds * 1000);
  return Math.ceil(longest * (0.5 + random() / 2));
}

/**
 * Generations that wait to be sent, or sent again: their rows say until when, so that they outlive the process; a timer says that it
 * is time. They hold no request and no place among those that run.
 */
@injectable()
export class Retries {
  private readonly timers = new Timers();

  constructor(
    @inject(GenerationStore) private readonly store: GenerationStore,
    @inject(RateLimitBackoff) private readonly pauses: RateLimitBackoff,
    @inject(CreatorConfig) private readonly config: CreatorConfig,
    @inject(Clock) private readonly clock: Clock,
    @inject(Log) private readonly log: Log,
  ) {}

  /** @param due told the id of each generation whose time has come. */
  start(due: (id: string) => void): void {
    this.timers.start(due);
  }

  stop(): void {
    this.timers.stop();
  }

  drop(id: string): void {
    this.timers.drop(id);
  }

  /** What waited when the portal stopped goes on waiting; false for what does not wait. */
  resume({ id, siteId, retryAt, errorCode }: Generation): boolean {
    if (!retryAt) return false;
    const { retryCapSeconds } = this.config.values;
    const left = Math.min(Date.parse(retryAt) - this.clock.now().getTime(), retryCapSeconds * 1000);
    if (errorCode === 'too-fast' && left > 0) this.pauses.pause(siteId, left);
    this.timers.set(id, left);
    return true;
  }

  /** Puts what was sent back until it is its time again; false when it is not sent again by itself. */
  async again(generation: Generation, error: ProviderError): Promise<boolean> {
    const wait = pauseBefore(error, generation.attempts, this.config.values);
    if (error.code === 'too-fast') this.pauses.pause(generation.siteId, wait ?? (error.retryAfterSeconds ?? 0) * 1000);
    if (wait === undefined || !this.mayWait(generation, wait)) return false;
    this.log.info('A generation is sent again after a pause.', {
      generation: generation.id,
      code: error.code,
      status: error.status,
      attempts: generation.attempts,
      millis: wait,
    });
    return this.putBack(generation, 'retry', wait, error);
  }

  /** Makes a generation wait that would only hear what another heard; false when nothing is in its way. @throws ProviderError when that takes too long. */
  async hold(generation: Generation): Promise<boolean> {
    const left = this.pauses.left(generation.siteId);
    if (left === 0) return false;
    const retryAfterSeconds = Math.ceil(left / 1000);
    const tooFast = new ProviderError(
      'too-fast',
      'It was not sent: the service asked another request with the same key for patience.',
      {
        retryAfterSeconds,
      },
    );
    if (retryAfterSeconds > this.config.values.retryCapSeconds || !this.mayWait(generation, left)) throw tooFast;
    await this.putBack(generation, 'hold', left, tooFast);
    return true;
  }

  private mayWait({ waitingSince }: Generation, wait: number): boolean {
    const now = this.clock.now().getTime();
    const since = waitingSince ? Date.parse(waitingSince) : now;
    return now + wait - since <= this.config.values.retryTotalSeconds * 1000;
  }

  private async putBack(generation: Generation, event: 'hold' | 'retry', wait: number, error: ProviderError): Promise<boolean> {
    const now = this.clock.now();
    const isBack = await this.store.transition(generation.id, event, 'scheduler', {
      retryAt: new Date(now.getTime() + wait).toISOString(),
      waitingSince: generation.waitingSince ?? now.toISOString(),
      errorCode: error.code,
      errorDetail: error.message,
      retryAfter: error.retryAfterSeconds ?? null,
    });
    if (isBack) this.timers.set(generation.id, wait);
    return isBack;
  }
}
