import { UsageLedger } from '@portico/ai-usage/api';
import { Clock, inject, injectable, UnitOfWork } from '@portico/core';
import type { Generation } from '../../entities/generation.js';
import type { Provenance } from '../documents/provenance.js';
import { variationSource } from '../images/pinned-source.js';
import { ChosenProvider } from '../provider/chosen-provider.js';

/** What a document remembers of the generation it came from. */
@injectable()
export class GenerationProvenance {
  constructor(
    @inject(UsageLedger) private readonly ledger: UsageLedger,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(ChosenProvider) private readonly providers: ChosenProvider,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  /** @param images how many it brought. */
  async of(generation: Generation, images: number): Promise<Provenance> {
    const variationOf = variationSource(generation);
    const { inputTokens, outputTokens, quality, style } = generation;
    const paid = (await this.unitOfWork.read((reader) => this.ledger.costs(reader, [generation.id]))).get(generation.id);
    // While it is installed, whoever makes images now.
    const provider = this.providers.byId(generation.provider)?.provider;
    const tookQuality = provider?.takesQuality ?? true;
    return {
      kind: 'generated',
      prompt: generation.description,
      provider: generation.provider ?? 'unknown',
      ...(provider && { providerName: provider.name }),
      model: generation.model ?? 'unknown',
      size: generation.size,
      generatedAt: generation.receivedAt ?? this.clock.now().toISOString(),
      generationId: generation.id,
      parameters: {
        requested: provider?.requestedSize?.(generation.size) ?? generation.size,
        format: 'png',
        ...(quality && tookQuality && { quality }),
        ...(style && { style }),
      },
      ...(inputTokens !== null && outputTokens !== null && { usage: { inputTokens, outputTokens, images } }),
      ...(paid && { cost: { amount: paid.cost / 1_000_000, currency: paid.currency } }),
      ...(variationOf && { variationOf }),
      ...(generation.isComposite && { isComposite: true }),
    };
  }
}
