import { createHash } from 'node:crypto';
import {
  type ImageProvider,
  ImageProviders,
  type ImageRequest,
  type ProvidedImage,
  type ProviderAnswer,
} from '@portico/ai-providers/api';
import { defineModule, injectable } from '@portico/core';
import { loadSharp } from '@portico/core/util';

/** The words choose a colour. A service on the network is asked in `generate`, once for each call, with the key and the signal of the request. */
@injectable()
class ColourProvider implements ImageProvider {
  readonly id = 'acme-module';
  readonly name = 'Acme Module';
  readonly needsKey = false;
  readonly takesKey = false;
  readonly modelNames = { preferred: ['colour-1'] };
  readonly promptLimit = 1000;

  async generate({ prompt, size, count, signal }: ImageRequest): Promise<ProviderAnswer> {
    const sharp = await loadSharp();
    const [width = 1024, height = width] = size.split('x').map(Number);
    const images: ProvidedImage[] = [];
    while (images.length < count) {
      // Cancelled, or over the deadline: the signal's reason is the error to fail with.
      signal.throwIfAborted();
      const [r = 0, g = 0, b = 0] = createHash('sha256').update(`${prompt} ${images.length}`).digest();
      const image = sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
      images.push({ bytes: await image.png().toBuffer() });
    }
    return { images, model: 'colour-1' };
  }
}

export default defineModule(({ contribute }) => {
  contribute(ImageProviders).to(ColourProvider, { id: 'acme-module' });
});
