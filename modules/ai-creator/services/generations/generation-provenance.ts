import type { ImageProvider } from '@portico/ai-providers/api';
import type { Provenance } from '@portico/documents-media/api';
import type { Generation } from '../../entities/generation.js';
import { variationSource } from '../images/pinned-source.js';

/** What is known of a generation beside its row. */
interface Circumstances {
  /** How many images it brought. */
  readonly images: number;
  /** ISO 8601. */
  readonly generatedAt: string;
  readonly cost: Provenance['cost'];
  /** Who made them, while it is installed. */
  readonly currentProvider: ImageProvider | undefined;
}

/** What a document remembers of the generation it came from. */
export function provenanceOf(generation: Generation, { images, generatedAt, cost, currentProvider }: Circumstances): Provenance {
  const variationOf = variationSource(generation);
  const { inputTokens, outputTokens, quality, style } = generation;
  const providerName = currentProvider?.name;
  const tookQuality = currentProvider?.takesQuality ?? true;
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
      requested: currentProvider?.requestedSize?.(generation.size) ?? generation.size,
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
