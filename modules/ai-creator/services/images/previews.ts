import type { ImagePreview } from '@portico/ai-providers/api';
import { looksLikePicture, pixelLimit, withSemaphore } from '@portico/ai-providers/api';
import { Emitter, type Event, inject, injectable, Log } from '@portico/core';
import { loadSharp } from '@portico/core/util';
import { generatedMark } from '../documents/generated-mark.js';

/** Bytes of a picture that is looked at; a larger one is left out. */
const largestPreview = 16 * 1024 * 1024;
const longestSide = 512;
/** Generations whose previews are held at the same time; more than can ever run. */
const heldAtMost = 64;

/** What is shown of an image on its way. */
export interface ShownPreview {
  /** From 1; the next one of the same generation has the next number. */
  readonly number: number;
  /** A webp of at most 512 pixels. */
  readonly bytes: Buffer;
}

interface Held {
  shown: ShownPreview | undefined;
  busy: boolean;
  /** Came while another one was made small; the newest wins. */
  next: Uint8Array | undefined;
}

/**
 * Pictures of images that are being made, in memory only: the newest of each generation, decoded, made small and encoded anew, because
 * what came is not trusted; gone when the generation settles.
 */
@injectable()
export class Previews {
  private readonly held = new Map<string, Held>();
  private readonly changes = new Emitter<string>();
  /** The id of a generation that has a new preview. */
  readonly onDidChange: Event<string> = this.changes.event;

  constructor(@inject(Log) private readonly log: Log) {}

  find(generationId: string): ShownPreview | undefined {
    return this.held.get(generationId)?.shown;
  }

  /** Takes what a provider shows of a generation, until it is dropped; undefined when too many are being looked at. */
  open(generationId: string): ((preview: ImagePreview) => void) | undefined {
    if (this.held.size >= heldAtMost) return undefined;
    const held: Held = { shown: undefined, busy: false, next: undefined };
    this.held.set(generationId, held);
    return ({ bytes }) => {
      if (this.held.get(generationId) !== held || bytes.length > largestPreview) return;
      held.next = bytes;
      if (!held.busy) void this.work(generationId, held);
    };
  }

  drop(generationId: string): void {
    this.held.delete(generationId);
  }

  private async work(generationId: string, held: Held): Promise<void> {
    held.busy = true;
    for (let bytes = held.next; bytes; bytes = held.next) {
      held.next = undefined;
      const small = await this.small(generationId, bytes);
      if (!small || this.held.get(generationId) !== held) continue;
      held.shown = { number: (held.shown?.number ?? 0) + 1, bytes: small };
      this.changes.fire(generationId);
    }
    held.busy = false;
  }

  /** A preview that is no picture costs nobody the image. */
  private async small(generation: string, bytes: Uint8Array): Promise<Buffer | undefined> {
    try {
      if (!looksLikePicture(bytes)) throw new Error('It is no png, jpeg or webp.');
      return await withSemaphore(() => scaled(bytes));
    } catch (error) {
      this.log.warn('A preview was left out.', { generation, cause: error instanceof Error ? error.message : 'unknown' });
      return undefined;
    }
  }
}

async function scaled(bytes: Uint8Array): Promise<Buffer> {
  const sharp = await loadSharp();
  return sharp(bytes, { limitInputPixels: pixelLimit, failOn: 'error', sequentialRead: true })
    .resize(longestSide, longestSide, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 70 })
    .withXmp(generatedMark)
    .timeout({ seconds: 10 })
    .toBuffer();
}
