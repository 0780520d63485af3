import { inject, injectable, Messages, PortalError } from '@portico/core';
import type { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { IdentityConfig } from './identity-config.js';
import { Limiter, networkOf } from './sign-in-rate-limiter.js';

/** Slows those who try tokens. A good token passes, whatever its neighbours do. */
@injectable()
export class ApiTokenRateLimiter {
  private readonly byAddress: RateLimiterMemory;

  constructor(
    @inject(IdentityConfig) { values }: IdentityConfig,
    @inject(Messages) private readonly messages: Messages,
  ) {
    this.byAddress = new Limiter({ keyPrefix: 'api-token', points: values.failuresPerAddress, duration: 60 });
  }

  /** Counts a failure. @throws PortalError `api-token-slowed` (429, Retry-After) when there were too many. */
  async failed(address: string): Promise<void> {
    try {
      await this.byAddress.consume(networkOf(address));
    } catch (reason) {
      if (reason instanceof Error) throw reason;
      const seconds = Math.max(1, Math.ceil((reason as RateLimiterRes).msBeforeNext / 1000));
      throw new PortalError('api-token-slowed', this.messages.text('tokens.slowed', { seconds }), {
        status: 429,
        retryAfter: seconds,
      });
    }
  }
}
