import { injectable, PortalError } from '@portico/core';
import { loadSharp } from '@portico/core/util';
import type { OpenPhoto } from './photo-folder.js';

const width = 360;
const height = 1440;
const atOnce = 2;
const mostWaiting = 100;
const mostKeptBytes = 16_000_000;
const mostBytes = 50_000_000;
const mostPixels = 100_000_000;
const seconds = 20;

/** Small pictures, made when they are asked for: a few at a time, of files and pictures up to a size, and some are kept in memory. */
@injectable()
export class Thumbnails {
  /** The one that was asked for last at the end. */
  private readonly kept = new Map<string, Buffer>();
  private keptBytes = 0;
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** A webp. @throws PortalError `stock-photo-unreadable` (422), `stock-photos-busy` (503). */
  async of(key: string, photo: OpenPhoto): Promise<Buffer> {
    const before = this.kept.get(key);
    if (before !== undefined) {
      this.kept.delete(key);
      this.kept.set(key, before);
      return before;
    }
    if (photo.size > mostBytes) throw unreadable();
    const made = await this.work(() => small(photo));
    this.keep(key, made);
    return made;
  }

  private keep(key: string, made: Buffer): void {
    if (this.kept.has(key)) return;
    this.kept.set(key, made);
    this.keptBytes += made.length;
    for (const [old, { length }] of this.kept) {
      if (this.keptBytes <= mostKeptBytes) return;
      this.kept.delete(old);
      this.keptBytes -= length;
    }
  }

  private async work(task: () => Promise<Buffer>): Promise<Buffer> {
    if (this.waiting.length >= mostWaiting)
      throw new PortalError('stock-photos-busy', 'Too many pictures are being made at this moment. Try again in a few seconds.', {
        status: 503,
        expose: true,
        retryAfter: 5,
      });
    if (this.running >= atOnce) await new Promise<void>((turn) => this.waiting.push(turn));
    else this.running += 1;
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}

async function small({ file }: OpenPhoto): Promise<Buffer> {
  const sharp = await loadSharp();
  try {
    return await sharp(await file.readFile(), { failOn: 'error', limitInputPixels: mostPixels, sequentialRead: true })
      .timeout({ seconds })
      .autoOrient()
      .resize({ width, height, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 75 })
      .toBuffer();
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause?: unknown): PortalError {
  return new PortalError('stock-photo-unreadable', 'This picture cannot be shown.', { status: 422, cause });
}
