import { inject, injectable, optional, type ServiceHandle } from '@portico/core';
import { ImageProvider, type ImageRequest, type ProvidedImage, type ProviderAnswer, ProviderError } from '../api/index.js';
import { checkImage } from './checked-image.js';
import { modelsToTry } from './models.js';

/** What an answer of a provider brought. */
export interface MadeImages {
  readonly provider: string;
  readonly model: string;
  readonly images: readonly ProvidedImage[];
  readonly usage: ProviderAnswer['usage'];
}

/**
 * Asks the provider with the highest ranking. A model that is gone falls through the preference list once; when fewer images come than were
 * asked for, it asks once more for the rest. Nothing else is ever tried again.
 */
@injectable()
export class ImageMaker {
  constructor(@inject(optional(ImageProvider)) private readonly providers: ServiceHandle<ImageProvider>) {}

  /** Undefined while no module offers one. */
  get provider(): ImageProvider | undefined {
    return this.providers.get();
  }

  /** @param arrived told about images as they come, and awaited before anything else is asked for. @throws ProviderError */
  async make(request: ImageRequest, arrived: (made: MadeImages) => Promise<void>): Promise<void> {
    const provider = this.providers.get();
    if (!provider) throw new ProviderError('server-trouble', 'No image provider is there.');
    const answer = await this.firstAnswer(provider, request);
    const images = await this.checked(answer.images.slice(0, request.count));
    if (images.length === 0) throw new ProviderError('bad-answer', 'The answer holds no image.', { maybeCharged: true });
    await arrived({ provider: provider.id, model: answer.model, images, usage: answer.usage });
    const missing = request.count - images.length;
    if (missing <= 0) return;
    const rest = await provider.generate({ ...request, model: answer.model, count: missing });
    await arrived({
      provider: provider.id,
      model: rest.model,
      images: await this.checked(rest.images.slice(0, missing)),
      usage: rest.usage,
    });
  }

  /** Whoever the provider is: what does not decode is not kept. */
  private async checked(images: readonly ProvidedImage[]): Promise<readonly ProvidedImage[]> {
    const results = await Promise.allSettled(images.map(({ bytes }) => checkImage(bytes)));
    const good = images.filter((_, index) => results[index]?.status === 'fulfilled');
    const trouble = results.find((result) => result.status === 'rejected');
    if (good.length === 0 && trouble) throw trouble.reason;
    return good;
  }

  private async firstAnswer(provider: ImageProvider, request: ImageRequest): Promise<ProviderAnswer> {
    const [first, second] = modelsToTry(request.model);
    const next = request.fallback ?? second;
    try {
      return await provider.generate({ ...request, model: first ?? request.model });
    } catch (error) {
      if (!(error instanceof ProviderError) || error.code !== 'model-not-found' || !next) throw error;
      return provider.generate({ ...request, model: next });
    }
  }
}
