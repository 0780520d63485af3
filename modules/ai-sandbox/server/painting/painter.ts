import { Worker } from 'node:worker_threads';
import { loadSharp } from '@portico/core/util';
import type { PaintOrder } from './worker.js';

/** How much of the source can be seen through. */
const share = 0.6;

/** A new scene under the picture that it derives from: one sees both. */
export async function variation(
  scene: Buffer,
  source: Buffer,
  { width, height, format }: { readonly width: number; readonly height: number; readonly format: PictureFormat },
): Promise<Buffer> {
  const sharp = await loadSharp();
  const over = await sharp(source)
    .autoOrient()
    .resize(width, height, { fit: 'cover' })
    .flatten({ background: '#ffffff' })
    .ensureAlpha(share)
    .png({ compressionLevel: 1 })
    .toBuffer();
  const mixed = sharp(scene)
    .composite([{ input: over }])
    .removeAlpha();
  if (format === 'jpeg') return mixed.jpeg({ quality: 88 }).toBuffer();
  return format === 'webp' ? mixed.webp({ quality: 88 }).toBuffer() : mixed.png({ compressionLevel: 5 }).toBuffer();
}

export type PictureFormat = 'png' | 'jpeg' | 'webp';

/** The same order is the same picture, whichever painter is asked: the latest of them are kept, oldest first. */
const latest = new Map<string, Buffer>();
const keptPictures = 64;

/** Draws pictures in a thread of its own and encodes them. */
export class Painter {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, { resolve(pixels: Uint8ClampedArray): void; reject(error: Error): void }>();
  private last = 0;
  private isClosed = false;

  /** The picture belongs to everybody who ordered it: it is not to be written to. */
  async picture(description: string, seed: string, width: number, height: number, format: PictureFormat): Promise<Buffer> {
    // A request that was still on its way must not begin a thread that nobody would end.
    if (this.isClosed) throw new Error('The painter has stopped.');
    const order = JSON.stringify([description, seed, width, height, format]);
    const known = latest.get(order);
    if (known) return known;
    const picture = await this.encoded(description, seed, width, height, format);
    latest.set(order, picture);
    for (const [oldest] of latest) if (latest.size > keptPictures) latest.delete(oldest);
    return picture;
  }

  private async encoded(
    description: string,
    seed: string,
    width: number,
    height: number,
    format: PictureFormat,
  ): Promise<Buffer> {
    const pixels = await this.draw({ description, seed, width, height });
    const sharp = await loadSharp();
    const raw = sharp(Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength), { raw: { width, height, channels: 3 } });
    if (format === 'jpeg') return raw.jpeg({ quality: 88 }).toBuffer();
    return format === 'webp' ? raw.webp({ quality: 88, effort: 1 }).toBuffer() : raw.png({ compressionLevel: 5 }).toBuffer();
  }

  private draw(order: Omit<PaintOrder, 'id'>): Promise<Uint8ClampedArray> {
    this.worker ??= this.startWorker();
    this.last += 1;
    const id = this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker?.postMessage({ id, ...order } satisfies PaintOrder);
    });
  }

  private startWorker(): Worker {
    const worker = new Worker(new URL('./worker.js', import.meta.url));
    worker.unref();
    worker.on('message', ({ id, pixels }: { id: number; pixels: Uint8ClampedArray }) => {
      this.waiting.get(id)?.resolve(pixels);
      this.waiting.delete(id);
    });
    worker.on('error', (error) => this.fail(error));
    worker.on('exit', () => this.fail(new Error('The painter has stopped.')));
    return worker;
  }

  private fail(error: Error): void {
    this.worker = undefined;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.worker?.terminate();
  }
}
