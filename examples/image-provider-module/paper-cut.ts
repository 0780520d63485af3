import type { ImageProvider, ImageRequest, ProvidedImage, ProviderAnswer } from '@portico/ai-creator/api';
import { Ids, inject, injectable, loadSharp } from '@portico/core';
import { landscape } from './landscape.js';

/** Cuts landscapes out of colored paper: the words choose the paper, chance the hills. */
@injectable()
export class PaperCut implements ImageProvider {
  readonly id = 'paper-cut';
  readonly name = 'Paper cut';
  readonly needsKey = false;
  readonly takesKey = false;
  readonly modelNames = { preferred: ['paper-1'] };
  readonly promptLimit = 2000;

  constructor(@inject(Ids) private readonly ids: Ids) {}

  async generate({ prompt, size, count, signal }: ImageRequest): Promise<ProviderAnswer> {
    const sharp = await loadSharp();
    const side = Number(size.split('x')[0]);
    // Drawn here, between requests of others, so small; made large by sharp, which has threads of its own.
    const drawn = side / 2;
    const images: ProvidedImage[] = [];
    while (images.length < count) {
      // Cancelled, or over the deadline: the signal's reason is the error to fail with.
      signal.throwIfAborted();
      const pixels = landscape(prompt, this.ids.next(), drawn);
      const raw = { width: drawn, height: drawn, channels: 3 } as const;
      images.push({ bytes: await sharp(pixels, { raw }).resize(side, side).png().toBuffer() });
    }
    return { images, model: 'paper-1' };
  }
}
