import { ProviderError, type SourceImage } from '@portico/ai-providers/api';
import { inject, injectable } from '@portico/core';
import type { Generation } from '../../entities/generation.js';
import { type BreakerPermit, CircuitBreaker } from '../failures/circuit-breaker.js';
import { InvalidResponses } from '../failures/invalid-responses.js';
import { ImageProviderClient } from '../provider/image-provider-client.js';
import { GenerationOutcomes } from './generation-outcomes.js';
import { GenerationRequests, NotSent } from './generation-requests.js';
import { GenerationStore } from './generation-store.js';
import { ImageDelivery } from './image-delivery.js';
import { Retries } from './retries.js';

/**
 * Sends one generation. This is where money leaves the portal, so here is the whole story; the words in quotes are events of state.ts.
 *
 * Before the runner: a click on Create becomes a row and an entry of the ledger in one transaction ("reserve"). From then on budgets count it, whether
 * anybody waits or not, and the same idempotency key can never become a second row. The worker (generation-worker.ts) gives the runner as many rows at a time as
 * the configuration allows.
 *
 * When money is sent:
 * 1. Everything that can forbid it is asked once more, because a row may have waited for minutes: the picture it varies is there, flag and checkbox are
 *    on, a key is set. What forbids it ends it ("fail"), and nothing was sent.
 * 2. A provider that is not there, because its module restarts, and a key that was asked for patience make it wait ("hold"), and a key whose account
 *    refused lets nothing through but one probe (the permit of the circuit breaker).
 * 3. Model, quality, key, prompt and deadline are chosen, once. "send" writes them down, and is on disk before a byte leaves. If it cannot be written,
 *    or the row is no longer reserved, nothing is sent.
 * 4. The provider is asked: one paid request, for more images than one request brings several. Each answer is stored as it came, before it is decoded,
 *    scaled or shown, and before more is asked for.
 *
 * What is sent again, by itself: only what the service says it did not carry out (retries.ts) while no image came ("retry": back to reserved, with a
 * pause that is in the row), and a request for a model that is gone, once, for the next one.
 *
 * What is never sent again: whatever may have been carried out. A deadline, a cut connection, a bad answer and a 504 "fail" with `maybeCharged`; images
 * that came before the trouble are offered. An author who wants it again presses Create, which is another generation with another entry.
 *
 * At kill -9, or when the portal stops before an answer: a row that is reserved was not sent, and is sent after the start. One that is sent is unknown,
 * unless images came ("lose", "recover"): nobody can say whether it was paid for, so it is shown, counted as if it was, and never sent again. What was
 * received is scaled and offered after the start. A portal that stops in order gives requests a moment, then ends them, and they are as after a kill.
 *
 * When storage fails after an answer, keeping and settling are tried again with pauses (retry.ts), because the images were paid for; what cannot be
 * written down at all stays `sent`, and is looked at later as after a kill.
 */
@injectable()
export class GenerationRunner {
  constructor(
    @inject(GenerationStore) private readonly store: GenerationStore,
    @inject(GenerationRequests) private readonly requests: GenerationRequests,
    @inject(Retries) private readonly retries: Retries,
    @inject(CircuitBreaker) private readonly breaker: CircuitBreaker,
    @inject(ImageProviderClient) private readonly client: ImageProviderClient,
    @inject(ImageDelivery) private readonly delivery: ImageDelivery,
    @inject(GenerationOutcomes) private readonly outcomes: GenerationOutcomes,
    @inject(InvalidResponses) private readonly invalidResponses: InvalidResponses,
  ) {}

  /** Does what is to be done next for it. @param signal that of who gives it up: its author, or the portal with `ShutdownError`. */
  async run(id: string, signal: AbortSignal): Promise<void> {
    const generation = await this.store.find(id);
    if (generation?.state === 'reserved') return this.sendIfAllowed(generation, signal);
    // Nothing is on its way here: one that is still called sent ended in a way that could not be written down.
    if (generation?.state === 'received' || (generation?.state === 'sent' && (await this.outcomes.recover(generation))))
      await this.delivery.deliver(generation);
  }

  private async sendIfAllowed(generation: Generation, signal: AbortSignal): Promise<void> {
    let source: SourceImage | undefined;
    let permit: BreakerPermit;
    try {
      source = await this.requests.approve(generation);
      if (await this.retries.hold(generation)) return;
      permit = this.breaker.enter(generation.siteId);
    } catch (error) {
      if (error instanceof NotSent) {
        if (error.code === 'provider-missing' && (await this.retries.awaitProvider(generation, error.problem))) return;
        return this.outcomes.fail(generation, error.problem, error.code);
      }
      if (error instanceof ProviderError) return this.outcomes.fail(generation, error);
      throw error;
    }
    try {
      await this.send(generation, source, permit, signal);
    } finally {
      this.breaker.leave(permit);
    }
  }

  private async send(
    generation: Generation,
    source: SourceImage | undefined,
    permit: BreakerPermit,
    signal: AbortSignal,
  ): Promise<void> {
    generation.attempts += 1;
    const prepared = this.requests.prepare(generation, source);
    if (!(await this.store.transition(generation.id, 'send', 'runner', prepared.columns))) return;
    let hasCome = false;
    try {
      await this.client.make(
        prepared.start(signal),
        async (made) => {
          if (made.images.length > 0) hasCome = true;
          await this.delivery.keep(generation, made, signal);
          prepared.extend();
          if (made.gone) await this.requests.forgetModel(made.gone);
        },
        prepared.provider,
      );
      this.invalidResponses.learn(undefined);
      await this.breaker.learn(permit, undefined);
      await this.delivery.deliver(generation);
    } catch (error) {
      // What failed after an image came was an answer all the same.
      this.invalidResponses.learn(hasCome ? undefined : error);
      await this.breaker.learn(permit, error);
      await this.outcomes.settle(generation, error, signal);
    } finally {
      prepared.close();
    }
  }
}
