import { ProviderError } from '@portico/ai-providers/api';
import { Clock, inject, injectable, type Lifetime, Log } from '@portico/core';
import type { Generation } from '../../entities/generation.js';
import { errorCatalogEntry, type FailureCode } from '../failures/error-catalog.js';
import { RateLimitBackoff } from '../failures/rate-limit-backoff.js';
import { ChosenProvider } from '../provider/chosen-provider.js';
import { CreatorConfig } from '../settings/creator-config.js';
import type { Queued } from './generation-queue.js';
import { GenerationStore } from './generation-store.js';
import { Timers } from './timers.js';

/** Errors that a server answers before it begins. A 504 is not among them: what it waited for may have been carried out, and charged. */
const before = [500, 502, 503];

/** Whether the same request may be sent once more by itself: the service said that it did not carry it out. */
export const isRetryable = ({ code, status, maybeCharged }: ProviderError): boolean =>
  errorCatalogEntry(code)?.retry === 'after-a-pause' &&
  !maybeCharged &&
  (code !== 'server-error' || (status !== undefined && before.includes(status)));

type Limits = Pick<CreatorConfig['values'], 'retries' | 'retryCapSeconds' | 'retryMillis'>;

/**
 * Milliseconds to wait before the next attempt: what the service asks for, else twice as long each time, with jitter, so that many do not
 * come back at once. Undefined: it is not sent again.
 * @param attempts how often it was sent.
 */
export function backoffBefore(error: ProviderError, attempts: number, limits: Limits, random = Math.random): number | undefined {
  if (!isRetryable(error) || attempts > limits.retries) return undefined;
  const asked = error.retryAfterSeconds ?? 0;
  if (asked > limits.retryCapSeconds) return undefined;
  if (asked > 0) return asked * 1000;
  const longest = Math.min(limits.retryMillis * 2 ** (attempts - 1), limits.retryCapSeconds * 1000);
  return Math.ceil(longest * (0.5 + random() / 2));
}

/** Why one waits. */
interface Reason {
  readonly event: 'hold' | 'retry';
  readonly problem: ProviderError;
  /** What its row gets; default: the code of the problem. */
  readonly code?: FailureCode;
}

/**
 * Generations that wait to be sent, or sent again: their rows say until when, so that they outlive the process; a timer says that it
 * is time. They hold no request and no place among those that run.
 */
@injectable()
export class Retries {
  private readonly timers = new Timers();
  /** Those that wait for their provider. */
  private readonly orphans = new Map<string, Queued>();

  constructor(
    @inject(GenerationStore) private readonly store: GenerationStore,
    @inject(RateLimitBackoff) private readonly pauses: RateLimitBackoff,
    @inject(ChosenProvider) private readonly provider: ChosenProvider,
    @inject(CreatorConfig) private readonly config: CreatorConfig,
    @inject(Clock) private readonly clock: Clock,
    @inject(Log) private readonly log: Log,
  ) {}

  /** @param due told each generation whose time has come. */
  start(lifetime: Lifetime, due: (queued: Queued) => void): void {
    this.timers.start((queued) => {
      this.orphans.delete(queued.id);
      due(queued);
    });
    lifetime.add(
      this.provider.onDidChange(() => {
        if (this.provider.get()) for (const queued of this.orphans.values()) this.timers.set(queued, 0);
      }),
    );
  }

  stop(): void {
    this.orphans.clear();
    this.timers.stop();
  }

  drop(id: string): void {
    this.orphans.delete(id);
    this.timers.drop(id);
  }

  /** What waited when the portal stopped goes on waiting; false for what does not wait. */
  resume(generation: Generation): boolean {
    const { siteId, retryAt, errorCode } = generation;
    if (!retryAt) return false;
    const { retryCapSeconds } = this.config.values;
    const left = Math.min(Date.parse(retryAt) - this.clock.now().getTime(), retryCapSeconds * 1000);
    if (errorCode === 'rate-limited' && left > 0) this.pauses.pause(siteId, left);
    this.timers.set(generation, left);
    return true;
  }

  /** Puts what was sent back until it is its time again; false when it is not sent again by itself. */
  async again(generation: Generation, error: ProviderError): Promise<boolean> {
    const wait = backoffBefore(error, generation.attempts, this.config.values);
    if (error.code === 'rate-limited') this.pauses.pause(generation.siteId, wait ?? (error.retryAfterSeconds ?? 0) * 1000);
    if (wait === undefined || !this.mayWait(generation, wait)) return false;
    this.log.info('A generation is sent again after a pause.', {
      generation: generation.id,
      code: error.code,
      status: error.status,
      attempts: generation.attempts,
      millis: wait,
    });
    return this.putBack(generation, wait, { event: 'retry', problem: error });
  }

  /** Makes a generation wait that would only hear what another heard; false when nothing is in its way. @throws ProviderError when that takes too long. */
  async hold(generation: Generation): Promise<boolean> {
    const left = this.pauses.left(generation.siteId);
    if (left === 0) return false;
    const retryAfterSeconds = Math.ceil(left / 1000);
    const rateLimited = new ProviderError(
      'rate-limited',
      'It was not sent: the service asked another request with the same key for patience.',
      {
        retryAfterSeconds,
      },
    );
    if (retryAfterSeconds > this.config.values.retryCapSeconds || !this.mayWait(generation, left)) throw rateLimited;
    await this.putBack(generation, left, { event: 'hold', problem: rateLimited });
    return true;
  }

  /**
   * Makes a generation wait whose provider is not there, because its module restarts or is updated: it is looked for again as soon as it
   * comes, and now and then. False when that has taken too long.
   */
  async awaitProvider(generation: Generation, missing: ProviderError): Promise<boolean> {
    const { retryCapSeconds, retryTotalSeconds } = this.config.values;
    const left = retryTotalSeconds * 1000 - this.waited(generation);
    if (left <= 0) return false;
    const wait = Math.min(left, retryCapSeconds * 1000);
    const reason = { event: 'hold', problem: missing, code: 'provider-missing' } as const;
    if (!(await this.putBack(generation, wait, reason))) return true;
    // It may have come while the row was written.
    if (this.provider.get()) this.timers.set(generation, 0);
    else this.orphans.set(generation.id, generation);
    return true;
  }

  private mayWait(generation: Generation, wait: number): boolean {
    return this.waited(generation) + wait <= this.config.values.retryTotalSeconds * 1000;
  }

  private waited({ waitingSince }: Generation): number {
    return waitingSince ? this.clock.now().getTime() - Date.parse(waitingSince) : 0;
  }

  private async putBack(generation: Generation, wait: number, { event, problem, code = problem.code }: Reason): Promise<boolean> {
    const now = this.clock.now();
    const isBack = await this.store.transition(generation.id, event, 'scheduler', {
      retryAt: new Date(now.getTime() + wait).toISOString(),
      waitingSince: generation.waitingSince ?? now.toISOString(),
      errorCode: code,
      errorDetail: problem.message,
      retryAfter: problem.retryAfterSeconds ?? null,
    });
    if (isBack) this.timers.set(generation, wait);
    return isBack;
  }
}
