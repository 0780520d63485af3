import type { ProviderAnswer, ProviderError } from '@portico/ai-providers/api';
import { UsageLedger } from '@portico/ai-usage/api';
import { type AccessContext, Ids, inject, injectable, UnitOfWork } from '@portico/core';
import { imagesFeature } from './generation-usage.js';

interface TestedImage {
  readonly model: string;
  readonly quality: string;
  readonly provider: string;
  readonly usage?: ProviderAnswer['usage'];
  /** What came in the place of an image. */
  readonly error?: ProviderError;
}

/** Counts the image of a test, which belongs to no generation and is paid for all the same. No budget keeps an administrator from testing. */
@injectable()
export class TestUsage {
  constructor(
    @inject(UsageLedger) private readonly ledger: UsageLedger,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Ids) private readonly ids: Ids,
  ) {}

  /** What was refused before it was charged is not counted. */
  async record({ scope, person }: AccessContext, { model, quality, provider, usage, error }: TestedImage): Promise<void> {
    if (error && !error.maybeCharged) return;
    await this.unitOfWork.write((transaction) =>
      this.ledger.record(transaction, {
        id: this.ids.next(),
        siteId: scope.kind === 'site' ? scope.siteId : undefined,
        personId: person?.id ?? '',
        feature: imagesFeature,
        provider,
        model,
        quality,
        images: 1,
        inputTokens: usage?.inputTokens ?? null,
        outputTokens: usage?.outputTokens ?? null,
        errorCode: error?.code ?? null,
      }),
    );
  }
}
