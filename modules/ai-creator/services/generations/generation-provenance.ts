import type { Provenance } from '@portico/documents-media/api';
import type { Generation } from '../../entities/generation.js';
import { variationSource } from '../images/pinned-source.js';
import { profileOf } from '../openai/profiles/index.js';

/** What a document remembers of the generation it came from. @param images how many the generation brought. */
export function provenanceOf(generation: Generation, images: number, generatedAt: string, cost?: Provenance['cost']): Provenance {
  const variationOf = variationSource(generation);
  const { inputTokens, outputTokens, quality, style } = generation;
  const profile = profileOf(generation.provider);
  const tookQuality = profile?.parameters.includes('quality') ?? true;
  return {
    kind: 'generated',
    prompt: generation.description,
    provider: generation.provider ?? 'unknown',
    model: generation.model ?? 'unknown',
    size: generation.size,
    generatedAt,
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
