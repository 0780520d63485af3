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
import { compositeMark, generatedMark } from '../documents/generated-mark.js';
import { GenerationStore } from './generation-store.js';
import { sideOf } from './image-order.js';
import { GenerationStateWriter } from './state-writer.js';

const maxSlugLength = 60;

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
  return line.length > 250 ? `${line.slice(0, 247).replace(/\s+\S*$/, '')}…` : line;
}

/** Over all answers of a generation; one that told nothing makes the sum unknown, never less than it was. */
const sum = ({ receivedAt }: Generation, before: number | null, told: number | undefined): number | null =>
  told === undefined || (receivedAt && before === null) ? null : (before ?? 0) + told;

const maxImageBytes = 64 * 1024 * 1024;

const formats: Readonly<Record<string, { readonly mimeType: string; readonly encode: (picture: Sharp) => Sharp }>> = {
  png: { mimeType: 'image/png', encode: (picture) => picture.png() },
  jpeg: { mimeType: 'image/jpeg', encode: (picture) => picture.jpeg({ quality: 92 }) },
  webp: { mimeType: 'image/webp', encode: (picture) => picture.webp({ quality: 92 }) },
};

/** Takes images in: first the files as they came, safe on disk; then what is delivered, exactly as large as was asked for and marked as made by a machine. */
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
  async keep(generation: Generation, { images, provider, model, usage }: MadeImages): Promise<void> {
    const sharp = await loadSharp();
    const before = await this.store.images(generation.id);
    const rows: { readonly row: Partial<GeneratedImage>; readonly blob: Awaited<ReturnType<BlobStore['store']>> }[] = [];
    for (const [index, { bytes }] of images.entries()) {
      const position = before.length + index + 1;
      const blob = await this.blobs.store(bytes, { maxBytes: maxImageBytes });
      const { format } = await sharp(bytes, { limitInputPixels: pixelLimit }).metadata();
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
          name: `${slug}${position > 1 ? `-${position}` : ''}.${mimeType.slice('image/'.length).replace('jpeg', 'jpg')}`,
          altText: draftAltText(generation.description),
        },
      });
    }
    await this.store.change(generation.id, async (transaction) => {
      for (const { row, blob } of rows) {
        await transaction.keepBlob(blob);
        await transaction.repository(GeneratedImage).insert(row);
      }
      const row = await transaction.repository(Generation).findOneByOrFail({ id: generation.id });
      await this.writer.update(transaction, generation.id, {
        provider,
        model,
        receivedAt: this.clock.now().toISOString(),
        inputTokens: sum(row, row.inputTokens, usage?.inputTokens),
        outputTokens: sum(row, row.outputTokens, usage?.outputTokens),
      });
    });
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

  private async deliverOne(generation: Generation, image: GeneratedImage): Promise<void> {
    const side = sideOf(generation.size);
    const sharp = await loadSharp();
    const picture = sharp(this.blobs.pathOf(image.originalBlob), { limitInputPixels: pixelLimit });
    const { format } = await picture.metadata();
    const resized = picture
      .resize(side, side, { fit: 'cover', kernel: 'lanczos3' })
      .withXmp(generation.isComposite ? compositeMark : generatedMark);
    const { encode } = formats[format ?? ''] ?? { encode: (as: Sharp) => as.png() };
    const scaled = await withSemaphore(() => encode(resized).timeout({ seconds: 30 }).toBuffer());
    await this.offer(generation, image, await this.blobs.store(scaled, { maxBytes: maxImageBytes }));
  }

  private async offer({ id }: Generation, image: GeneratedImage, scaled?: StoredBlob): Promise<void> {
    await this.store.change(id, async (transaction) => {
      const { affected } = await transaction
        .repository(GeneratedImage)
        .update(
          { id: image.id, state: 'received' },
          { state: 'offered', ...(scaled && { renditionBlob: scaled.id, sha256: scaled.sha256 }) },
        );
      if (affected === 1 && scaled) await transaction.keepBlob(scaled);
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
