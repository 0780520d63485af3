import type { ProviderAnswer, ProviderError } from '@portico/ai-providers/api';
import { type AccessContext, Clock, Ids, inject, injectable, UnitOfWork } from '@portico/core';
import { UsageEntry } from '../../entities/usage-entry.js';
import { Prices } from './prices.js';

/** In the place of a site, for what was tested in Instance Settings. */
export const wholeInstance = 'instance';

interface TestedImage {
  readonly model: string;
  readonly quality: string;
  readonly usage?: ProviderAnswer['usage'];
  /** What came in the place of an image. */
  readonly error?: ProviderError;
}

/** Counts the image of a test, which belongs to no generation and is paid for all the same. No budget keeps an administrator from testing. */
@injectable()
export class TestUsage {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Prices) private readonly prices: Prices,
    @inject(Ids) private readonly ids: Ids,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  /** What was refused before it was charged is not counted. */
  async record({ scope, person }: AccessContext, { model, quality, usage, error }: TestedImage): Promise<void> {
    if (error && !error.maybeCharged) return;
    const now = this.clock.now();
    const { inputTokens = null, outputTokens = null } = usage ?? {};
    const cost = error ? undefined : this.prices.costOf(model, now, { images: 1, inputTokens, outputTokens });
    await this.unitOfWork.write(async (transaction) => {
      await transaction.repository(UsageEntry).insert({
        id: this.ids.next(),
        at: now.toISOString(),
        siteId: scope.kind === 'site' ? scope.siteId : wholeInstance,
        personId: person?.id ?? '',
        roles: '||',
        model,
        quality,
        state: 'settled',
        images: 1,
        inputTokens,
        outputTokens,
        cost: cost?.cost ?? null,
        currency: cost?.currency ?? null,
        errorCode: error?.code ?? null,
      });
    });
  }
}
