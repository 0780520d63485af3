import type { Provenance } from '@portico/documents-media/api';
import type { ImageProvider } from '../../api/index.js';
import type { Generation } from '../../entities/generation.js';
import { variationSource } from '../images/pinned-source.js';
import { profileOf } from '../profiles/index.js';

/** What is known of a generation beside its row. */
interface Circumstances {
  /** How many images it brought. */
  readonly images: number;
  /** ISO 8601. */
  readonly generatedAt: string;
  readonly cost: Provenance['cost'];
  /** Who makes images now: the one who knows a name for providers of other modules. */
  readonly currentProvider: Pick<ImageProvider, 'id' | 'name'> | undefined;
}

/** What a document remembers of the generation it came from. */
export function provenanceOf(generation: Generation, { images, generatedAt, cost, currentProvider }: Circumstances): Provenance {
  const variationOf = variationSource(generation);
  const { inputTokens, outputTokens, quality, style } = generation;
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
