import { inject, injectable } from '@portico/core';
import { loadSharp, type Sharp } from '@portico/core/util';
import { DocumentLimits } from './document-limits.js';

export interface ImageFacts {
  readonly mimeType: string;
  /** As it is shown, after the camera's orientation is applied. */
  readonly width: number;
  readonly height: number;
}

/** Why an image was not read. */
export type ImageProblem = 'unreadable' | 'too-many-pixels' | 'too-slow';

export class ImageError extends Error {
  constructor(
    readonly problem: ImageProblem,
    cause: unknown,
  ) {
    super(`The image could not be read: ${problem}.`, { cause });
    this.name = 'ImageError';
  }
}

const mimeTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  heif: 'image/avif',
  gif: 'image/gif',
};

const thumbnailWidth = 512;
const thumbnailHeight = 2048;

/** Decodes and scales on sharp's own threads, a few at a time, so that neither the event loop nor file access waits for pictures. */
@injectable()
export class Images {
  private running = 0;
  private readonly queue: (() => void)[] = [];

  constructor(@inject(DocumentLimits) private readonly limits: DocumentLimits) {}

  /** Decodes the whole file. @throws ImageError */
  inspect(path: string): Promise<ImageFacts> {
    return this.work(async () => {
      const metadata = await (await this.open(path)).metadata();
      const mimeType = mimeTypes[metadata.format];
      if (!mimeType || (metadata.format === 'heif' && metadata.compression !== 'av1')) throw new Error('Not a raster image.');
      await (await this.open(path)).resize(8, 8, { fit: 'fill', kernel: 'nearest' }).raw().toBuffer();
      return { mimeType, width: metadata.autoOrient.width, height: metadata.autoOrient.height };
    });
  }

  /** A webp of at most 512 pixels width, upright, without metadata but the XMP that is given. @throws ImageError */
  thumbnail(path: string, mark: string | undefined): Promise<Uint8Array> {
    return this.work(async () => {
      const small = (await this.open(path))
        .autoOrient()
        .resize({ width: thumbnailWidth, height: thumbnailHeight, fit: 'inside', withoutEnlargement: true })
        .webp({ quality: 80 });
      return (mark ? small.withXmp(mark) : small).toBuffer();
    });
  }

  private async open(path: string): Promise<Sharp> {
    const sharp = await loadSharp();
    return sharp(path, {
      failOn: 'error',
      limitInputPixels: this.limits.maxImagePixels,
      sequentialRead: true,
    }).timeout({ seconds: this.limits.imageSeconds });
  }

  private async work<T>(task: () => Promise<T>): Promise<T> {
    if (this.running >= this.limits.imagesAtOnce) await new Promise<void>((resolve) => this.queue.push(resolve));
    else this.running += 1;
    try {
      return await task();
    } catch (error) {
      throw new ImageError(problemOf(error), error);
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}

function problemOf(error: unknown): ImageProblem {
  const message = error instanceof Error ? error.message : '';
  if (message.includes('pixel limit')) return 'too-many-pixels';
  return message.includes('timeout') ? 'too-slow' : 'unreadable';
}
