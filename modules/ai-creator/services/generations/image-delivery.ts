import type { MadeImages, ProviderError } from '@portico/ai-providers/api';
import { Clock, inject, injectable, Log, siteScope } from '@portico/core';
import type { Generation } from '../../entities/generation.js';
import { Availability } from '../availability/availability.js';
import { CreatorConfig } from '../settings/creator-config.js';
import type { Queued } from './generation-queue.js';
import { GenerationStore } from './generation-store.js';
import { ImageIntake } from './image-intake.js';
import { problemColumns } from './problem-columns.js';
import { retry } from './retry.js';
import { Timers } from './timers.js';

const longestPause = 5 * 60_000;
/** How often a picture is given to the scaler before it is offered as it came. */
const scalings = 3;

/**
 * Brings what arrived to its author. What cannot be scaled or written now, because the disk is full, stays as it arrived and is tried again, after a
 * restart too: it was paid for.
 */
@injectable()
export class ImageDelivery {
  private readonly timers = new Timers();
  private readonly tries = new Map<string, number>();

  constructor(
    @inject(GenerationStore) private readonly store: GenerationStore,
    @inject(ImageIntake) private readonly intake: ImageIntake,
    @inject(Availability) private readonly availability: Availability,
    @inject(CreatorConfig) private readonly config: CreatorConfig,
    @inject(Clock) private readonly clock: Clock,
    @inject(Log) private readonly log: Log,
  ) {}

  /** @param due told each generation that is to be offered once more. */
  start(due: (queued: Queued) => void): void {
    this.timers.start(due);
  }

  stop(): void {
    this.timers.stop();
    this.tries.clear();
  }

  /** Takes in what an answer brought, and offers at once what is there: the rest may still come, or fail. @param signal ends the patience with a full disk. */
  async keep(generation: Generation, made: MadeImages, signal: AbortSignal): Promise<void> {
    await retry(() => this.intake.keep(generation, made), this.config.values.scaleMillis / 10, signal);
    await this.intake.deliver(generation);
  }

  /** @param error what kept the rest from coming. */
  async deliver(generation: Generation, error?: ProviderError): Promise<void> {
    try {
      if (await this.deliverAll(generation, error)) this.tries.delete(generation.id);
      else this.again(generation);
    } catch (trouble) {
      this.log.error('Images that arrived could not be offered yet.', { generation: generation.id, error: trouble });
      this.again(generation);
    }
  }

  /** False when something is left to be scaled. */
  private async deliverAll(generation: Generation, error: ProviderError | undefined): Promise<boolean> {
    const { id, siteId } = generation;
    await this.store.transition(id, 'receive', 'delivery', error && problemColumns(error));
    const isLastTry = (this.tries.get(id) ?? 0) >= scalings - 1;
    if (!(await this.intake.deliver(generation, { unscaled: isLastTry }))) return false;
    const { retention } = this.availability.settings.get(siteScope(siteId));
    const expiresAt = new Date(this.clock.now().getTime() + retention * 3600 * 1000).toISOString();
    const isAdded = async (): Promise<boolean> => (await this.store.images(id)).every(({ state }) => state === 'saved');
    await this.store.transition(id, (await isAdded()) ? 'offer-added' : 'offer', 'delivery', { expiresAt });
    // The last one may have been added just before it was offered.
    if (await isAdded()) await this.store.transition(id, 'save', 'delivery');
    return true;
  }

  /** Has it looked at once more, for what ended in a way that could not be written down. */
  later(queued: Queued): void {
    this.timers.set(queued, this.config.values.scaleMillis);
  }

  private again(queued: Queued): void {
    const tries = this.tries.get(queued.id) ?? 0;
    this.tries.set(queued.id, tries + 1);
    this.timers.set(queued, Math.min(this.config.values.scaleMillis * 2 ** tries, longestPause));
  }
}
