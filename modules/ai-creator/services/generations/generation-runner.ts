import { createHash } from 'node:crypto';
import { Clock, inject, injectable, Log, PortalError, siteScope } from '@portico/core';
import { type ImageRequest, ProviderError, type SourceImage } from '../../api/index.js';
import type { Generation } from '../../entities/generation.js';
import { Availability } from '../availability/availability.js';
import { styledPrompt } from '../descriptions/styles.js';
import { type BreakerPermit, CircuitBreaker } from '../failures/circuit-breaker.js';
import { Previews } from '../images/previews.js';
import { VariationSources } from '../images/variation-sources.js';
import { ModelWatch } from '../models/model-watch.js';
import { ImageProviderClient, type MadeImages } from '../provider/image-provider-client.js';
import { upstreamQuality } from '../provider/quality.js';
import { CreatorConfig } from '../settings/creator-config.js';
import { GenerationStore } from './generation-store.js';
import { ImageDelivery } from './image-delivery.js';
import { ImageIntake } from './image-intake.js';
import { problemColumns } from './problem-columns.js';
import { Retries } from './retries.js';
import { retryStorage } from './retry-storage.js';

/** Why a request was given up although nobody wanted that. */
export class PortalCloses extends Error {}

/** Sends one generation, takes in what comes, and settles it. */
@injectable()
export class GenerationRunner {
  constructor(
    @inject(GenerationStore) private readonly store: GenerationStore,
    @inject(ImageProviderClient) private readonly client: ImageProviderClient,
    @inject(ImageIntake) private readonly intake: ImageIntake,
    @inject(Availability) private readonly availability: Availability,
    @inject(CreatorConfig) private readonly config: CreatorConfig,
    @inject(CircuitBreaker) private readonly breaker: CircuitBreaker,
    @inject(ModelWatch) private readonly watch: ModelWatch,
    @inject(Retries) private readonly retries: Retries,
    @inject(ImageDelivery) private readonly delivery: ImageDelivery,
    @inject(Previews) private readonly previews: Previews,
    @inject(VariationSources) private readonly sources: VariationSources,
    @inject(Clock) private readonly clock: Clock,
    @inject(Log) private readonly log: Log,
  ) {}

  /** Does what is to be done next for it. @param signal that of who gives it up: its author, or the portal with `PortalCloses`. */
  async run(id: string, signal: AbortSignal): Promise<void> {
    const generation = await this.store.find(id);
    if (!generation) return;
    if (generation.state === 'received' || generation.state === 'sent') {
      // Nothing is on its way here: one that is still called sent ended in a way that could not be written down.
      if (generation.state === 'received' || (await this.recover(generation))) await this.delivery.offer(generation);
      return;
    }
    if (generation.state !== 'reserved') return;
    const scope = siteScope(generation.siteId);
    const source = await this.sources.toSend(generation);
    if (typeof source === 'string')
      return this.fail(generation, new ProviderError('cancelled', `Its source could not be sent (${source}).`), source);
    const off = this.availability.switchedOff(scope);
    if (off)
      return this.fail(generation, new ProviderError('cancelled', `Switched off before it was sent (${off}).`), 'switched-off');
    if (this.availability.keyMissing(scope)) return this.fail(generation, new ProviderError('key-missing', 'No API key is set.'));
    let permit: BreakerPermit;
    try {
      if (await this.retries.hold(generation)) return;
      permit = this.breaker.enter(generation.siteId);
    } catch (error) {
      if (error instanceof ProviderError) return this.fail(generation, error);
      throw error;
    }
    try {
      await this.send(generation, source, permit, signal);
    } finally {
      this.breaker.leave(permit);
    }
  }

  /** What was sent and did not arrive is unknown, and is never sent again; true when something arrived, which can be offered. */
  async recover({ id }: Generation): Promise<boolean> {
    const arrived = (await this.store.images(id)).length > 0;
    await this.store.move(id, ['sent', 'received'], arrived ? 'received' : 'unknown', { maybeCharged: true });
    return arrived;
  }

  /** From here on nothing is asked anew: what was chosen when it was let through is what is sent. */
  private async send(
    generation: Generation,
    source: SourceImage | undefined,
    permit: BreakerPermit,
    signal: AbortSignal,
  ): Promise<void> {
    const { id } = generation;
    const scope = siteScope(generation.siteId);
    const { provider } = this.client;
    const { quality, moderation, deadline, previews, styles } = this.availability.settings.get(scope);
    const { model, fallback } = this.watch.choose(scope);
    const key = this.availability.settings.secret(scope, 'apiKey');
    const asked = upstreamQuality(quality, generation.size);
    generation.attempts += 1;
    const sent = {
      sentAt: this.clock.now().toISOString(),
      provider: provider?.id ?? null,
      model,
      quality: asked,
      attempts: generation.attempts,
      keyFrom: this.availability.keyFrom(scope),
      retryAt: null,
      errorCode: null,
      errorDetail: null,
      retryAfter: null,
    };
    if (!(await this.store.move(id, ['reserved'], 'sent', sent))) return;
    const patience = Math.min(deadline * 1000, this.config.values.answerMillis);
    const tooLate = new ProviderError('timed-out', `No answer within ${patience / 1000} seconds.`, { maybeCharged: true });
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(tooLate), patience);
    try {
      const request: ImageRequest = {
        prompt: styledPrompt(generation.description, generation.style, styles),
        size: generation.size,
        count: generation.count,
        model,
        fallback,
        quality: asked,
        moderation: moderation === 'low' ? 'low' : 'auto',
        personHash: createHash('sha256').update(`portico:${generation.personId}`).digest('hex'),
        key,
        source,
        preview: previews && generation.count === 1 && provider?.previews ? this.previews.open(id) : undefined,
        signal: AbortSignal.any([signal, late.signal]),
      };
      const arrived = async (made: MadeImages): Promise<void> => {
        await this.keep(generation, made, signal);
        // Every further answer has the same time.
        timer.refresh();
        if (made.gone) await this.watch.gone(made.gone);
      };
      await this.client.make(request, arrived, provider);
      await this.breaker.learn(permit, undefined);
      await this.delivery.offer(generation);
    } catch (error) {
      await this.breaker.learn(permit, error);
      await this.retryStorage(() => this.settle(generation, error, signal), signal);
    } finally {
      clearTimeout(timer);
      this.previews.drop(id);
    }
  }

  private async keep(generation: Generation, made: MadeImages, signal: AbortSignal): Promise<void> {
    await this.retryStorage(() => this.intake.keep(generation, made), signal);
    // What is there is offered at once; the rest may still come, or fail.
    await this.intake.deliver(generation);
  }

  /** @param signal that of who gives it up; a deadline of the service does not end it. */
  private retryStorage<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return retryStorage(work, this.config.values.scaleMillis / 10, signal);
  }

  /** Images that came are offered even when something failed after them; with none, what the service did not carry out is sent again later. */
  private async settle(generation: Generation, error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.reason instanceof PortalCloses) {
      await this.recover(generation);
      return;
    }
    const problem =
      error instanceof ProviderError
        ? error
        : new ProviderError(
            'bad-answer',
            `The images could not be kept (${error instanceof PortalError ? error.code : 'internal error'}).`,
            {
              maybeCharged: true,
              cause: error,
            },
          );
    if (!(error instanceof ProviderError))
      this.log.error('Images that arrived could not be kept.', { generation: generation.id, error });
    if ((await this.store.images(generation.id)).length > 0) await this.delivery.offer(generation, problem);
    else if (!(await this.retries.again(generation, problem))) await this.fail(generation, problem);
  }

  private async fail(generation: Generation, error: ProviderError, code: string = error.code): Promise<void> {
    await this.store.move(generation.id, ['reserved', 'sent'], 'failed', { ...problemColumns(error), errorCode: code });
    this.log.warn('A generation failed.', { generation: generation.id, code, status: error.status, cause: error.message });
  }
}
