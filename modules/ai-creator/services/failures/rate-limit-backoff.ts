import { type Activity, Clock, inject, injectable, type Lifetime, siteScope } from '@portico/core';
import { ProviderKey } from '../provider/provider-key.js';
import { CreatorConfig } from '../settings/creator-config.js';
import { CircuitBreaker } from './circuit-breaker.js';

/** Keys whose service asks for patience: what waits with the same key would only hear the same. */
@injectable()
export class RateLimitBackoff implements Activity {
  private readonly ends = new Map<string, number>();

  constructor(
    @inject(CircuitBreaker) private readonly breaker: CircuitBreaker,
    @inject(CreatorConfig) private readonly config: CreatorConfig,
    @inject(ProviderKey) private readonly key: ProviderKey,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  onStart(lifetime: Lifetime): void {
    lifetime.add(
      this.key.onDidChange((change) => {
        if (change.kind === 'service') this.ends.clear();
        else this.ends.delete(change.keyScope);
      }),
    );
  }

  /** Never for longer than a refused key is left alone, whatever the service says. */
  pause(siteId: string, millis: number): void {
    const keyScope = this.scopeOf(siteId);
    const end = this.clock.monotonic() + Math.min(millis, this.config.values.breakerSeconds * 1000);
    this.ends.set(keyScope, Math.max(end, this.ends.get(keyScope) ?? 0));
  }

  /** Milliseconds that the key which this site uses rests for; 0: it may be used. */
  left(siteId: string): number {
    const keyScope = this.scopeOf(siteId);
    const left = Math.ceil((this.ends.get(keyScope) ?? 0) - this.clock.monotonic());
    if (left <= 0) this.ends.delete(keyScope);
    return Math.max(0, left);
  }

  /** Which keys rest, and until when. */
  all(): readonly { readonly keyScope: string; readonly until: string }[] {
    const now = this.clock.now().getTime();
    return [...this.ends]
      .map(([keyScope, end]) => ({ keyScope, left: end - this.clock.monotonic() }))
      .filter(({ left }) => left > 0)
      .map(({ keyScope, left }) => ({ keyScope, until: new Date(now + left).toISOString() }));
  }

  private scopeOf(siteId: string): string {
    return this.breaker.keyScopeOf(siteScope(siteId));
  }
}
