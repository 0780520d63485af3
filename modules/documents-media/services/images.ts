import { inject, injectable, PortalError } from '@portico/core';
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

/** Pixels of each side of an icon and its like, which are shown as they are. */
const tinySide = 128;

export function isTiny({ width, height }: { readonly width?: number | null; readonly height?: number | null }): boolean {
  return typeof width === 'number' && typeof height === 'number' && width <= tinySide && height <= tinySide;
}

const thumbnailWidth = 512;
const thumbnailHeight = 2048;

/** Bytes of EXIF, of which a small picture is the largest part. */
const mostExif = 1024 * 1024;

/** Pictures that wait to be made; who asks for one more is asked to come again. */
const mostRenditionsWaiting = 200;

/** Decodes and scales on sharp's own threads, a few at a time, so that neither the event loop nor file access waits for pictures. */
@injectable()
export class Images {
  private running = 0;
  /** Uploads that wait, whose people see a bar that stands still. */
  private readonly inspections: (() => void)[] = [];
  /** Pictures to be made, which anybody can ask for. */
  private readonly renditions: (() => void)[] = [];

  constructor(@inject(DocumentLimits) private readonly limits: DocumentLimits) {}

  /** Decodes the whole file. @throws ImageError */
  inspect(path: string): Promise<ImageFacts> {
    return this.work(this.inspections, async () => {
      const metadata = await (await this.open(path)).metadata();
      const mimeType = mimeTypes[metadata.format];
      if (!mimeType || (metadata.format === 'heif' && metadata.compression !== 'av1')) throw new Error('Not a raster image.');
      await (await this.open(path)).resize(8, 8, { fit: 'fill', kernel: 'nearest' }).raw().toBuffer();
      return { mimeType, width: metadata.autoOrient.width, height: metadata.autoOrient.height };
    });
  }

  /** A webp of at most 512 pixels width, upright, without metadata but the XMP that is given. @throws ImageError; PortalError `thumbnail-failed` (503) when too many wait. */
  thumbnail(path: string, mark: string | undefined): Promise<Uint8Array> {
    return this.render(async () => {
      const { width, height } = await (await this.open(path)).metadata();
      const small = (await this.open(path))
        .autoOrient()
        .resize({ width: thumbnailWidth, height: thumbnailHeight, fit: 'inside', withoutEnlargement: true })
        // What compression saves of an icon is nothing, and what it smears is all of it.
        .webp(isTiny({ width, height }) ? { lossless: true } : { quality: 80 });
      return (mark ? small.withXmp(mark) : small).toBuffer();
    });
  }

  /**
   * The whole picture in its own type, upright, with its colours (the profile stays) and without any metadata but the XMP that is given.
   * Without loss where the type has it: PNG. @throws ImageError; PortalError `thumbnail-failed` (503) when too many wait.
   */
  withoutMetadata(path: string, mark: string | undefined): Promise<Uint8Array> {
    return this.render(async () => {
      const { format, pages = 1, space, width, height } = await (await this.open(path)).metadata();
      // Of an animation that is too large as a whole the first frame stands.
      const isAnimated =
        pages > 1 && (format === 'webp' || format === 'gif') && pages * width * height <= this.limits.maxImagePixels;
      const opened = await this.open(path, isAnimated);
      // Frames of an animation stand below each other while they are worked on: turned, they would not be frames any more.
      const upright = isAnimated ? opened : opened.autoOrient();
      // Other colours than these are turned into sRGB, which their profile would not describe.
      const coloured = space === 'srgb' || space === 'rgb' ? upright.keepIccProfile() : upright;
      const marked = mark ? coloured.withXmp(mark) : coloured;
      return encodedAs(format, marked).toBuffer();
    });
  }

  /** What a camera wrote into it, as TIFF; undefined where there is none. Reads the head of the file. @throws as `thumbnail` does. */
  exif(path: string): Promise<Uint8Array | undefined> {
    return this.render(async () => {
      const { exif } = await (await this.open(path)).metadata();
      return exif && exif.length <= mostExif ? exif : undefined;
    });
  }

  private async open(path: string, isAnimated = false): Promise<Sharp> {
    const sharp = await loadSharp();
    return sharp(path, {
      failOn: 'error',
      limitInputPixels: this.limits.maxImagePixels,
      sequentialRead: true,
      animated: isAnimated,
    }).timeout({ seconds: this.limits.imageSeconds });
  }

  private async render<T>(task: () => Promise<T>): Promise<T> {
    if (this.renditions.length < mostRenditionsWaiting) return this.work(this.renditions, task);
    throw new PortalError('thumbnail-failed', 'Too many pictures are being made at this moment. Try again in a few seconds.', {
      status: 503,
      expose: true,
      retryAfter: 5,
    });
  }

  /** What is received goes before what is made of it. */
  private async work<T>(queue: (() => void)[], task: () => Promise<T>): Promise<T> {
    if (this.running >= this.limits.imagesAtOnce) await new Promise<void>((resolve) => queue.push(resolve));
    else this.running += 1;
    try {
      return await task();
    } catch (error) {
      throw new ImageError(problemOf(error), error);
    } finally {
      const next = this.inspections.shift() ?? this.renditions.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}

function encodedAs(format: string | undefined, picture: Sharp): Sharp {
  if (format === 'jpeg') return picture.jpeg({ quality: 92 });
  if (format === 'webp') return picture.webp({ quality: 92 });
  if (format === 'gif') return picture.gif();
  if (format === 'heif') return picture.avif({ quality: 70, effort: 2 });
  return picture.png();
}

function problemOf(error: unknown): ImageProblem {
  const message = error instanceof Error ? error.message : '';
  if (message.includes('pixel limit')) return 'too-many-pixels';
  return message.includes('timeout') ? 'too-slow' : 'unreadable';
}
