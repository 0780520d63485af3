import { type AccessContext, inject, injectable, Messages, SiteDirectory } from '@portico/core';
import type { Breaker } from '../../entities/breaker.js';
import { CircuitBreaker } from './circuit-breaker.js';
import type { Failure } from './failure-messages.js';
import { RateLimitBackoff } from './rate-limit-backoff.js';

/** Keys with which nothing is sent now, in the words of administrators. */
@injectable()
export class KeyStates {
  constructor(
    @inject(CircuitBreaker) private readonly breaker: CircuitBreaker,
    @inject(RateLimitBackoff) private readonly backoff: RateLimitBackoff,
    @inject(SiteDirectory) private readonly sites: SiteDirectory,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** Those whose account refuses. */
  open({ locale }: AccessContext): readonly (Breaker & { readonly title: string; readonly failure: Failure })[] {
    return this.breaker.all().map((breaker) => ({
      ...breaker,
      title: this.messages.text('service.breaker', { scope: this.nameOf(breaker.keyScope, locale) }, locale),
      failure: this.breaker.failureOf(breaker),
    }));
  }

  /** Those whose service asked for patience, and until when (ISO 8601). */
  paused({ locale }: AccessContext): readonly { readonly text: string; readonly until: string }[] {
    return this.backoff.all().map(({ keyScope, until }) => ({
      text: this.messages.text('service.paused', { scope: this.nameOf(keyScope, locale) }, locale),
      until,
    }));
  }

  private nameOf(keyScope: string, locale: string): string {
    if (keyScope === 'instance') return this.messages.text('service.instance', {}, locale);
    return this.sites.byId(keyScope)?.name ?? keyScope;
  }
}
