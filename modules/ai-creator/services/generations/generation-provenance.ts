import { Clock, inject, injectable } from '@portico/core';
import type { Provenance } from '@portico/documents-media/api';
import type { Generation } from '../../entities/generation.js';
import { variationSource } from '../images/pinned-source.js';
import { profileOf } from '../profiles/index.js';
import { ImageProviderClient } from '../provider/image-provider-client.js';
import { GenerationCost } from '../spending/generation-cost.js';

/** What a document remembers of the generation it came from. */
@injectable()
export class GenerationProvenance {
  constructor(
    @inject(GenerationCost) private readonly cost: GenerationCost,
    @inject(ImageProviderClient) private readonly client: ImageProviderClient,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  /** @param images how many it brought. */
  async of(generation: Generation, images: number): Promise<Provenance> {
    const variationOf = variationSource(generation);
    const { inputTokens, outputTokens, quality, style } = generation;
    const cost = await this.cost.of(generation.id);
    // Who makes images now knows a name for providers of other modules.
    const currentProvider = this.client.provider;
    const profile = profileOf(generation.provider);
    const providerName = profile?.name ?? (currentProvider?.id === generation.provider ? currentProvider.name : undefined);
    const tookQuality = profile?.parameters.includes('quality') ?? true;
    return {
      kind: 'generated',
      prompt: generation.description,
      provider: generation.provider ?? 'unknown',
      ...(providerName && { providerName }),
      model: generation.model ?? 'unknown',
      size: generation.size,
      generatedAt: generation.receivedAt ?? this.clock.now().toISOString(),
      generationId: generation.id,
      parameters: {
        requested: profile?.sizes[generation.size] ?? generation.size,
        format: 'png',
        ...(quality && tookQuality && { quality }),
        ...(style && { style }),
      },
      ...(outputTokens !== null && { usage: { inputTokens: inputTokens ?? 0, outputTokens, images } }),
      ...(cost && { cost }),
      ...(variationOf && { variationOf }),
      ...(generation.isComposite && { isComposite: true }),
    };
  }
}
