import { ProviderError } from '@portico/ai-providers/api';
import { inject, injectable, Log, PortalError } from '@portico/core';
import type { Generation } from '../../entities/generation.js';
import { CreatorConfig } from '../settings/creator-config.js';
import { GenerationStore } from './generation-store.js';
import { ImageDelivery } from './image-delivery.js';
import { problemColumns } from './problem-columns.js';
import { Retries } from './retries.js';
import { retry } from './retry.js';

/** Why a request was given up although nobody wanted that. */
export class ShutdownError extends Error {}

/** What becomes of a generation that did not go well. */
@injectable()
export class GenerationOutcomes {
  constructor(
    @inject(GenerationStore) private readonly store: GenerationStore,
    @inject(ImageDelivery) private readonly delivery: ImageDelivery,
    @inject(Retries) private readonly retries: Retries,
    @inject(CreatorConfig) private readonly config: CreatorConfig,
    @inject(Log) private readonly log: Log,
  ) {}

  /** How long what runs may go on when the portal stops. */
  get stopMillis(): number {
    return this.config.values.stopMillis;
  }

  /** What was sent and did not arrive is unknown, and is never sent again; true when something arrived, which can be offered. */
  async recover({ id }: Generation): Promise<boolean> {
    const arrived = (await this.store.images(id)).length > 0;
    await this.store.transition(id, arrived ? 'recover' : 'lose', 'recovery', { maybeCharged: true });
    return arrived;
  }

  /** After a request that ended in an error. @param signal that of who gives it up; a deadline of the service does not end it. */
  settle(generation: Generation, error: unknown, signal: AbortSignal): Promise<void> {
    return retry(() => this.settleOnce(generation, error, signal), this.config.values.scaleMillis / 10, signal);
  }

  async fail(generation: Generation, error: ProviderError, code: string = error.code): Promise<void> {
    await this.store.transition(generation.id, 'fail', 'runner', { ...problemColumns(error), errorCode: code });
    this.log.warn('A generation failed.', {
      generation: generation.id,
      code,
      status: error.status,
      request: error.requestId,
      cause: error.message,
    });
  }

  /** Images that came are offered even when something failed after them; with none, what the service did not carry out is sent again later. */
  private async settleOnce(generation: Generation, error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.reason instanceof ShutdownError) {
      await this.recover(generation);
      return;
    }
    const problem = error instanceof ProviderError ? error : this.notKept(generation, error);
    if ((await this.store.images(generation.id)).length > 0) await this.delivery.deliver(generation, problem);
    else if (!(await this.retries.again(generation, problem))) await this.fail(generation, problem);
  }

  private notKept(generation: Generation, error: unknown): ProviderError {
    this.log.error('Images that arrived could not be kept.', { generation: generation.id, error });
    const code = error instanceof PortalError ? error.code : 'internal error';
    return new ProviderError('invalid-response', `The images could not be kept (${code}).`, { maybeCharged: true, cause: error });
  }
}
