import { ProviderError, type ProviderErrorCode } from '@portico/ai-providers/api';
import type { SecretState } from '@portico/configuration/api';
import {
  type AccessContext,
  type Activity,
  Clock,
  inject,
  injectable,
  instanceScope,
  type Lifetime,
  Log,
  Messages,
  PortalError,
  type Scope,
  siteScope,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { Breaker } from '../../entities/breaker.js';
import { ImageProviderClient } from '../provider/image-provider-client.js';
import { ProviderKey } from '../provider/provider-key.js';
import { CreatorConfig } from '../settings/creator-config.js';
import { formatSeconds, translator } from '../translator.js';
import { errorCatalogEntry } from './error-catalog.js';
import { type Failure, FailureMessages } from './failure-messages.js';

/** Leave to send with a key. What was heard is told with it, so that it counts for the key that was sent. */
export interface BreakerPermit {
  readonly keyScope: string;
  /** How often keys and the service had changed. */
  readonly changes: number;
}

/**
 * Stops requests with a key whose account refuses: the next author is told at once and nothing is sent. It closes after a successful test,
 * when the key or the service changes, or when the one request that may try after the cool-down succeeds.
 */
@injectable()
export class CircuitBreaker implements Activity {
  private readonly breakers = new Map<string, Breaker>();
  private readonly probes = new Map<string, BreakerPermit>();
  private changes = 0;

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(CreatorConfig) private readonly config: CreatorConfig,
    @inject(ProviderKey) private readonly key: Pick<ProviderKey, 'from' | 'scopeOf' | 'onDidChange'>,
    @inject(Clock) private readonly clock: Clock,
    @inject(Messages) private readonly messages: Messages,
    @inject(Log) private readonly log: Log,
    @inject(FailureMessages) private readonly failureMessages: FailureMessages,
    @inject(ImageProviderClient) private readonly client: ImageProviderClient,
  ) {}

  async onStart(lifetime: Lifetime): Promise<void> {
    for (const breaker of await this.unitOfWork.read((reader) => reader.repository(Breaker).find()))
      this.breakers.set(breaker.keyScope, breaker);
    lifetime.add(
      this.key.onDidChange((change) => {
        this.changes += 1;
        for (const { keyScope } of this.all())
          if (change.kind === 'service' || change.keyScope === keyScope) void this.quietly(() => this.close(keyScope));
      }),
    );
  }

  all(): readonly Breaker[] {
    return [...this.breakers.values()];
  }

  /** `instance`, or the id of the site that supplies its own key. */
  keyScopeOf(scope: Scope): string {
    return this.key.scopeOf(scope);
  }

  /** Who supplies the key of a scope as `keyScopeOf` names it. */
  keyFrom(keyScope: string): NonNullable<SecretState['suppliedBy']> | null {
    return this.key.from(keyScope === 'instance' ? instanceScope : siteScope(keyScope));
  }

  /**
   * @throws PortalError `ai-creator-refused` (503) with the sentence of the failure that opened it; its details explain it to those who may
   * manage the settings.
   */
  require(access: AccessContext): void {
    const { scope, locale } = access;
    const breaker = this.blocking(this.keyScopeOf(scope));
    if (!breaker) return;
    const seconds = Math.max(1, Math.ceil((Date.parse(breaker.probeAt) - this.clock.now().getTime()) / 1000));
    const translate = translator(this.messages, locale);
    const sentence = translate(errorCatalogEntry(breaker.code)?.author ?? 'error.unknown', {
      time: formatSeconds(seconds, translate),
    });
    const details = this.failureMessages.facts(access, this.failureOf(breaker));
    throw new PortalError('ai-creator-refused', sentence, { status: 503, expose: true, retryAfter: seconds, details });
  }

  /** What opened it, as the words for administrators need it. */
  failureOf({ code, detail, keyScope }: Breaker): Failure {
    const provider = this.client.provider?.id;
    return { errorCode: code, errorDetail: detail, keyFrom: this.keyFrom(keyScope), ...(provider && { provider }) };
  }

  /** Before something is sent; after the cool-down the first caller becomes the probe, until it leaves. @throws ProviderError while it is open. */
  enter(siteId: string): BreakerPermit {
    const keyScope = this.keyScopeOf(siteScope(siteId));
    const breaker = this.blocking(keyScope);
    if (breaker) throw new ProviderError(breaker.code as ProviderErrorCode, `Nothing was sent: ${breaker.detail}`);
    const permit = { keyScope, changes: this.changes };
    if (this.breakers.has(keyScope)) this.probes.set(keyScope, permit);
    return permit;
  }

  /** Whatever came of it; without effect when it was left before. */
  leave(permit: BreakerPermit): void {
    if (this.probes.get(permit.keyScope) === permit) this.probes.delete(permit.keyScope);
  }

  /** Says nothing about a key, or a service, that was chosen after it was sent. Never throws. @param error undefined when images came. */
  async learn(permit: BreakerPermit, error: unknown): Promise<void> {
    this.leave(permit);
    if (permit.changes !== this.changes) return;
    const { keyScope } = permit;
    const says = error instanceof ProviderError ? errorCatalogEntry(error.code)?.breaker : undefined;
    await this.quietly(async () => {
      if (error instanceof ProviderError && says === 'opens') await this.open(keyScope, error);
      else if (error === undefined || says === 'closes') await this.close(keyScope);
    });
  }

  /** The key was accepted, which says nothing about money. */
  async passed(keyScope: string): Promise<void> {
    if (this.breakers.get(keyScope)?.code === 'invalid-api-key') await this.close(keyScope);
  }

  /**
   * What the portal finds out by itself holds in memory although it cannot be written down. What somebody decides holds with the entry that tells of it, or
   * not at all.
   * @param also writes that entry, in the same transaction.
   */
  async close(keyScope: string, also?: (transaction: Transaction) => Promise<void>): Promise<void> {
    const breaker = this.breakers.get(keyScope);
    if (!breaker) return;
    const closed = (): void => {
      // It may have opened again since.
      if (this.breakers.get(keyScope) !== breaker) return;
      this.breakers.delete(keyScope);
      this.log.info('The circuit breaker closed.', { keyScope });
    };
    if (!also) closed();
    await this.unitOfWork.write(async (transaction) => {
      await transaction.repository(Breaker).delete({ keyScope });
      if (!also) return;
      await also(transaction);
      transaction.afterCommit(closed);
    });
  }

  /** Forgets what a site's own key did, in the transaction that erases the site. */
  async erase(transaction: Transaction, siteId: string): Promise<void> {
    await transaction.repository(Breaker).delete({ keyScope: siteId });
    transaction.afterCommit(() => void this.breakers.delete(siteId));
  }

  private async open(keyScope: string, error: ProviderError): Promise<void> {
    const now = this.clock.now();
    const before = this.breakers.get(keyScope);
    const breaker: Breaker = {
      keyScope,
      code: error.code,
      detail: error.message,
      openedAt: before?.openedAt ?? now.toISOString(),
      probeAt: new Date(now.getTime() + this.config.values.breakerSeconds * 1000).toISOString(),
    };
    this.breakers.set(keyScope, breaker);
    this.log.warn('The circuit breaker opened.', { keyScope, code: error.code });
    await this.unitOfWork.write(async (transaction) => void (await transaction.repository(Breaker).save(breaker)));
  }

  private blocking(keyScope: string): Breaker | undefined {
    const breaker = this.breakers.get(keyScope);
    if (!breaker) return undefined;
    const left = Date.parse(breaker.probeAt) - this.clock.now().getTime();
    // A clock that was set back must not keep anybody waiting for longer than a cool-down.
    const isDue = left <= 0 || left > this.config.values.breakerSeconds * 1000;
    return isDue && !this.probes.has(keyScope) ? undefined : breaker;
  }

  /** It holds in memory; what cannot be written down is only forgotten by the next start. */
  private async quietly(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => this.log.error('The circuit breaker could not be written down.', { error }));
  }
}
