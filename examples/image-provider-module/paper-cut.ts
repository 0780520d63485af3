import type { ImageProvider, ImageRequest, ProvidedImage, ProviderAnswer } from '@portico/ai-providers/api';
import { Settings } from '@portico/configuration/api';
import { Ids, inject, injectable, instanceScope } from '@portico/core';
import { loadSharp } from '@portico/core/util';
import { landscape } from './landscape.js';
import { type Paper, paperSettings, papers } from './settings.js';

/** Cuts landscapes out of colored paper: the words choose the paper, unless an administrator did, and chance the hills. */
@injectable()
export class PaperCut implements ImageProvider {
  readonly id = 'paper-cut';
  readonly name = 'Paper cut';
  readonly needsKey = false;
  readonly takesKey = false;
  readonly modelNames = { preferred: ['paper-1'] };
  readonly promptLimit = 2000;
  /** Where administrators are sent when something went wrong. */
  readonly help = { 'insufficient-quota': 'https://paper.example/order' };

  constructor(
    @inject(Ids) private readonly ids: Ids,
    @inject(Settings) private readonly settings: Settings,
  ) {}

  generate(request: ImageRequest): Promise<ProviderAnswer> {
    return this.cut(request, paperOf(this.settings.of(paperSettings).get(instanceScope).paper));
  }

  /** For the buttons of the settings page: what is chosen there counts before it is saved. */
  try({ paper }: Readonly<Record<string, unknown>>): ImageProvider {
    if (paper === this.settings.of(paperSettings).get(instanceScope).paper) return this;
    return { ...this, generate: (request) => this.cut(request, paperOf(paper)) };
  }

  private async cut({ prompt, size, count, signal }: ImageRequest, paper: number | undefined): Promise<ProviderAnswer> {
    const sharp = await loadSharp();
    const side = Number(size.split('x')[0]);
    // Drawn here, between requests of others, so small; made large by sharp, which has threads of its own.
    const drawn = side / 2;
    const images: ProvidedImage[] = [];
    while (images.length < count) {
      // Cancelled, or over the deadline: the signal's reason is the error to fail with.
      signal.throwIfAborted();
      const pixels = landscape(prompt, this.ids.next(), drawn, paper);
      const raw = { width: drawn, height: drawn, channels: 3 } as const;
      images.push({ bytes: await sharp(pixels, { raw }).resize(side, side).png().toBuffer() });
    }
    return { images, model: 'paper-1' };
  }
}

/** Its place in the drawer; undefined: as the words suggest. */
function paperOf(chosen: unknown): number | undefined {
  const index = papers.indexOf(chosen as Paper);
  return index < 0 ? undefined : index;
}
