import {
  descriptionLimit,
  type ImageProvider,
  type ImageRequest,
  type ImagesArrived,
  makeImages,
  ProviderError,
} from '@portico/ai-providers/api';
import { inject, injectable } from '@portico/core';
import { ChosenProvider } from './chosen-provider.js';

/** Asks the provider that is chosen. */
@injectable()
export class ImageProviderClient {
  constructor(@inject(ChosenProvider) private readonly chosen: Pick<ChosenProvider, 'get'>) {}

  /** Undefined while the one that is chosen is not installed. */
  get provider(): ImageProvider | undefined {
    return this.chosen.get();
  }

  /** Characters of the longest prompt. */
  get promptLimit(): number {
    return this.provider?.promptLimit ?? descriptionLimit;
  }

  /** @param arrived told about images as they come, one answer after the other, and awaited before more is asked for. @throws ProviderError */
  async make(request: ImageRequest, arrived: ImagesArrived, provider: ImageProvider | undefined = this.provider): Promise<void> {
    if (!provider) throw new ProviderError('server-error', 'No image provider is there.');
    await makeImages(provider, request, arrived);
  }
}
