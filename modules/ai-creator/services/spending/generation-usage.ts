import { type Cost, type PaidWork, type UsageDatabase, UsageLedger } from '@portico/ai-usage/api';
import { Settings, type SettingsHandle } from '@portico/configuration/api';
import { inject, injectable, siteScope, type Transaction } from '@portico/core';
import { GeneratedImage } from '../../entities/generated-image.js';
import type { Generation } from '../../entities/generation.js';
import { ModelMonitor } from '../models/model-monitor.js';
import { ImageProviderClient } from '../provider/image-provider-client.js';
import { upstreamQuality } from '../provider/quality.js';
import { creatorSettings } from '../settings/settings.js';

/** What the images of this module are in the ledger. */
export const imagesFeature = 'images';

type Order = Pick<Generation, 'siteId' | 'size'>;

/** Posts generations to the usage ledger: what is asked for when one is reserved, and what came when it is settled. */
@injectable()
export class GenerationUsage {
  private readonly settings: SettingsHandle<typeof creatorSettings.fields>;

  constructor(
    @inject(UsageLedger) private readonly ledger: UsageLedger,
    @inject(ModelMonitor) private readonly watch: ModelMonitor,
    @inject(ImageProviderClient) private readonly client: ImageProviderClient,
    @inject(Settings) settings: Settings,
  ) {
    this.settings = settings.of(creatorSettings);
  }

  /** @throws BudgetExceeded, and then the transaction leaves nothing behind. */
  async reserve(transaction: Transaction, generation: Generation): Promise<void> {
    const { id, createdAt: at, siteId, personId, count } = generation;
    await this.ledger.reserve(transaction, {
      ...this.workOf(generation),
      id,
      at,
      siteId,
      personId,
      provider: this.client.provider?.id ?? null,
      count,
      extraTokens: this.previewTokens(siteId, count),
    });
  }

  async settle(transaction: Transaction, generation: Generation): Promise<void> {
    const { id, model, state, maybeCharged, inputTokens = null, outputTokens = null, errorCode, categories } = generation;
    const { inputImageTokens = null, outputImageTokens = null } = generation;
    await this.ledger.settle(transaction, id, {
      model,
      came: await transaction.repository(GeneratedImage).countBy({ generationId: id }),
      maybeCharged,
      inputTokens,
      outputTokens,
      inputImageTokens,
      outputImageTokens,
      errorCode: state === 'unknown' ? 'unknown' : errorCode,
      categories,
    });
  }

  /** What one more request will cost, about, with each number of images. One image may have previews, which cost tokens of their own. */
  estimates(database: UsageDatabase, order: Order, counts: readonly number[]): Promise<readonly (Cost | undefined)[]> {
    const orders = counts.map((count) => ({ count, extraTokens: this.previewTokens(order.siteId, count) }));
    return this.ledger.estimates(database, this.workOf(order), orders);
  }

  /** Whether requests for one image have previews that nobody knows the cost of. */
  hasUnknownPreviews(siteId: string): boolean {
    return this.hasPreviews(siteId, 1) && this.previewTokens(siteId, 1) === undefined;
  }

  private hasPreviews(siteId: string, count: number): boolean {
    return count === 1 && this.client.provider?.previews === true && this.settings.get(siteScope(siteId)).previews === true;
  }

  private previewTokens(siteId: string, count: number): number | undefined {
    return this.hasPreviews(siteId, count) ? this.client.provider?.previewTokens : undefined;
  }

  private workOf({ siteId, size }: Order): PaidWork {
    const { quality } = this.settings.get(siteScope(siteId));
    const { model } = this.watch.choose(siteScope(siteId));
    return { feature: imagesFeature, model, quality: upstreamQuality(quality, size) };
  }
}
