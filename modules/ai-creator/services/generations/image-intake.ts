import { stat } from 'node:fs/promises';
import { type MadeImages, pixelLimit, withSemaphore } from '@portico/ai-providers/api';
import {
  BlobStore,
  Clock,
  Ids,
  In,
  type IntegrityCheck,
  type IntegrityFinding,
  inject,
  injectable,
  Log,
  PortalError,
  type StoredBlob,
  UnitOfWork,
} from '@portico/core';
import { cutText, loadSharp, type Sharp, withoutInvisible, withoutLatinAccents } from '@portico/core/util';
import { GeneratedImage } from '../../entities/generated-image.js';
import { Generation } from '../../entities/generation.js';
import { UnreadableFile } from '../../entities/unreadable-file.js';
import { compositeMark, generatedMark } from '../documents/generated-mark.js';
import { GenerationStore } from './generation-store.js';
import { sideOf } from './image-order.js';
import { type GenerationColumns, GenerationStateWriter } from './state-writer.js';

const maxSlugLength = 80;

/**
 * A readable file name of a description, without an extension: "A lighthouse at dusk!" becomes `a-lighthouse-at-dusk`. Letters of all scripts
 * keep the marks they are spelled with; Latin ones lose their accents.
 */
export function slugOf(description: string): string {
  const words = withoutLatinAccents(withoutInvisible(description))
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\u200c\u200d]+/gu, '-')
    // A mark whose sign has gone is none any more.
    .replace(/(?<=^|-)\p{M}+/gu, '');
  const name = withoutInvisible(words).replace(/-{2,}/g, '-').replace(/^-|-$/g, '').normalize('NFC');
  const short = name.length > maxSlugLength ? cutText(name, maxSlugLength).replace(/-[^-]*$/, '') : name;
  return short || 'image';
}

/** A first alternative text: the description on one line, not too long. */
export function draftAltText(description: string): string {
  const line = description.replace(/\s+/g, ' ');
  return line.length > 250 ? `${cutText(line, 247).replace(/\s+\S*$/, '')}…` : line;
}

const later = (time: string, other: Date): string => (Date.parse(time) > other.getTime() ? time : other.toISOString());

/** Over all answers of a generation; one that told nothing makes the sum unknown, never less than it was. */
function usageSum(row: Generation, usage: MadeImages['usage']): GenerationColumns {
  const isFirst = row.receivedAt === null && row.inputTokens === null && row.outputTokens === null;
  const sum = (before: number | null, told: number | undefined): number | null =>
    told === undefined || (!isFirst && before === null) ? null : (before ?? 0) + told;
  return {
    inputTokens: sum(row.inputTokens, usage?.inputTokens),
    outputTokens: sum(row.outputTokens, usage?.outputTokens),
    inputImageTokens: sum(row.inputImageTokens, usage?.inputImageTokens),
    outputImageTokens: sum(row.outputImageTokens, usage?.outputImageTokens),
  };
}

/** What pictures of other kinds begin with, at which byte, so that who downloads one can open it. */
const beginnings: readonly (readonly [extension: string, at: number, begins: string])[] = [
  ['png', 0, '\x89PNG'],
  ['jpg', 0, '\xff\xd8\xff'],
  ['gif', 0, 'GIF8'],
  ['webp', 8, 'WEBP'],
  ['avif', 4, 'ftypavi'],
  ['heic', 4, 'ftyphei'],
  ['heic', 4, 'ftypmif'],
  ['tiff', 0, 'II*\0'],
  ['tiff', 0, 'MM\0*'],
  ['bmp', 0, 'BM'],
  ['svg', 0, '<svg'],
];

/** The extension of a file by its first bytes; `bin` for what nobody knows. */
function extensionOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 16)).toString('latin1');
  return beginnings.find(([, at, begins]) => text.startsWith(begins, at))?.[0] ?? 'bin';
}

/** What was paid for and cannot be read is kept for this long at least. */
const graceMillis = 24 * 3_600_000;

const maxImageBytes = 64 * 1024 * 1024;

/** What is delivered in the place of the file that came. */
interface Rendition {
  readonly blob: StoredBlob;
  readonly width: number;
  readonly height: number;
}

const formats: Readonly<Record<string, { readonly mimeType: string; readonly encode: (picture: Sharp) => Sharp }>> = {
  png: { mimeType: 'image/png', encode: (picture) => picture.png() },
  jpeg: { mimeType: 'image/jpeg', encode: (picture) => picture.jpeg({ quality: 92 }) },
  webp: { mimeType: 'image/webp', encode: (picture) => picture.webp({ quality: 92 }) },
};

/** Takes images in: first the files as they came, safe on disk, also those that cannot be read; then what is delivered of each. */
@injectable()
export class ImageIntake {
  constructor(
    @inject(GenerationStore) private readonly store: GenerationStore,
    @inject(GenerationStateWriter) private readonly writer: GenerationStateWriter,
    @inject(BlobStore) private readonly blobs: BlobStore,
    @inject(Ids) private readonly ids: Ids,
    @inject(Clock) private readonly clock: Clock,
    @inject(Log) private readonly log: Log,
  ) {}

  /** Durable when the promise resolves, with what is known of where they come from. They follow those that the generation has. */
  async keep(generation: Generation, { images, unreadable, provider, model, usage, requestId }: MadeImages): Promise<void> {
    const sharp = await loadSharp();
    const now = this.clock.now();
    const before = await this.store.images(generation.id);
    const rows: { readonly row: Partial<GeneratedImage>; readonly blob: Awaited<ReturnType<BlobStore['store']>> }[] = [];
    for (const [index, { bytes }] of images.entries()) {
      const position = before.length + index + 1;
      const blob = await this.blobs.store(bytes, { maxBytes: maxImageBytes });
      const { format, autoOrient } = await sharp(bytes, { limitInputPixels: pixelLimit }).metadata();
      const { mimeType } = formats[format ?? ''] ?? { mimeType: 'image/png' };
      const slug = slugOf(generation.description);
      rows.push({
        blob,
        row: {
          id: this.ids.next(),
          generationId: generation.id,
          position,
          state: 'received',
          originalBlob: blob.id,
          mimeType,
          sha256: blob.sha256,
          width: autoOrient.width,
          height: autoOrient.height,
          name: `${slug}${position > 1 ? `-${position}` : ''}.${mimeType.slice('image/'.length).replace('jpeg', 'jpg')}`,
          altText: draftAltText(generation.description),
        },
      });
    }
    const files = await this.storeUnreadable(generation, unreadable);
    await this.store.change(generation.id, async (transaction) => {
      for (const { row, blob } of files) {
        await transaction.keepBlob(blob);
        await transaction.repository(UnreadableFile).insert(row);
      }
      for (const { row, blob } of rows) {
        await transaction.keepBlob(blob);
        await transaction.repository(GeneratedImage).insert(row);
      }
      const row = await transaction.repository(Generation).findOneByOrFail({ id: generation.id });
      await this.writer.update(transaction, generation.id, {
        provider,
        model,
        requestId: requestId ?? row.requestId,
        ...(images.length > 0 && { receivedAt: now.toISOString() }),
        ...(files.length > 0 && { expiresAt: later(row.expiresAt, new Date(now.getTime() + graceMillis)) }),
        ...usageSum(row, usage),
      });
    });
  }

  private async storeUnreadable(
    { id: generationId }: Generation,
    unreadable: MadeImages['unreadable'],
  ): Promise<readonly { readonly row: UnreadableFile; readonly blob: StoredBlob }[]> {
    const files: { readonly row: UnreadableFile; readonly blob: StoredBlob }[] = [];
    for (const [index, { bytes }] of unreadable.entries()) {
      const blob = await this.blobs.store(bytes, { maxBytes: maxImageBytes });
      const name = `answer-${index + 1}.${extensionOf(bytes)}`;
      const receivedAt = this.clock.now().toISOString();
      files.push({ blob, row: { id: this.ids.next(), generationId, blob: blob.id, name, size: blob.size, receivedAt } });
      this.log.warn('What came in the place of an image cannot be read; it is kept for its author.', {
        generation: generationId,
        bytes: blob.size,
      });
    }
    return files;
  }

  /**
   * Makes what is delivered of every image that has none yet; one that fails keeps its file, is named in the log, and stops no other.
   * @param unscaled whether a picture that cannot be scaled is offered as it came. False when one is still to be made.
   */
  async deliver(generation: Generation, { unscaled = false } = {}): Promise<boolean> {
    let isAll = true;
    for (const image of await this.store.images(generation.id)) {
      if (image.state !== 'received') continue;
      try {
        await this.deliverOne(generation, image);
      } catch (error) {
        this.log.error('An image that arrived could not be scaled.', { generation: generation.id, image: image.id, error });
        const isStorage = error instanceof PortalError;
        if (unscaled && !isStorage) await this.offer(generation, image);
        else isAll = false;
      }
    }
    return isAll;
  }

  /**
   * What has the size that was asked for is delivered byte for byte as it came. A larger square is scaled down to it, which is how small sizes are made.
   * What is smaller, or of another shape, is delivered as it came too, and says so: nothing is enlarged or cropped. Only what lies on its side is turned.
   */
  private async deliverOne(generation: Generation, image: GeneratedImage): Promise<void> {
    const side = sideOf(generation.size);
    const sharp = await loadSharp();
    const picture = sharp(this.blobs.pathOf(image.originalBlob), { limitInputPixels: pixelLimit });
    const { format, orientation = 1, autoOrient } = await picture.metadata();
    const { width, height } = autoOrient;
    const isScaled = width === height && width > side;
    if (orientation === 1 && !isScaled) return this.offer(generation, image);
    const upright = picture.autoOrient();
    const made = (isScaled ? upright.resize(side, side, { fit: 'fill', kernel: 'lanczos3' }) : upright).withXmp(
      generation.isComposite ? compositeMark : generatedMark,
    );
    const { encode } = formats[format ?? ''] ?? { encode: (as: Sharp) => as.png() };
    const scaled = await withSemaphore(() => encode(made).timeout({ seconds: 30 }).toBuffer());
    const size = isScaled ? { width: side, height: side } : { width, height };
    await this.offer(generation, image, { blob: await this.blobs.store(scaled, { maxBytes: maxImageBytes }), ...size });
  }

  private async offer({ id }: Generation, image: GeneratedImage, made?: Rendition): Promise<void> {
    await this.store.change(id, async (transaction) => {
      const { affected } = await transaction.repository(GeneratedImage).update(
        { id: image.id, state: 'received' },
        {
          state: 'offered',
          ...(made && { renditionBlob: made.blob.id, sha256: made.blob.sha256, width: made.width, height: made.height }),
        },
      );
      if (affected === 1 && made) await transaction.keepBlob(made.blob);
    });
  }
}

/** What was paid for and arrived is still there. */
@injectable()
export class ImagesCheck implements IntegrityCheck {
  readonly title = 'Every generated image that waits for its author has its file.';

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(BlobStore) private readonly blobs: BlobStore,
  ) {}

  async run(): Promise<readonly IntegrityFinding[]> {
    const images = await this.unitOfWork.read((reader) =>
      reader.repository(GeneratedImage).findBy({ state: In(['received', 'offered']) }),
    );
    const waiting = await this.unitOfWork.read((reader) => reader.repository(Generation).findBy({ state: 'reserved' }));
    const findings: IntegrityFinding[] = [];
    for (const { id, sourceBlob } of waiting) {
      if (sourceBlob && !(await this.isThere(sourceBlob)))
        findings.push({ severity: 'error', message: `The file ${sourceBlob} that the generation ${id} varies is missing.` });
    }
    for (const { id, blob } of await this.unitOfWork.read((reader) => reader.repository(UnreadableFile).find())) {
      if (!(await this.isThere(blob)))
        findings.push({ severity: 'error', message: `The file ${blob} that came for a generation (${id}) is missing.` });
    }
    for (const { id, originalBlob, renditionBlob } of images) {
      for (const blob of [originalBlob, renditionBlob]) {
        if (blob && !(await this.isThere(blob)))
          findings.push({ severity: 'error', message: `The file ${blob} of the generated image ${id} is missing.` });
      }
    }
    return findings;
  }

  private async isThere(blob: string): Promise<boolean> {
    return stat(this.blobs.pathOf(blob)).then(
      (file) => file.isFile(),
      () => false,
    );
  }
}
