import { open } from 'node:fs/promises';
import { BlobStore, inject, injectable, PortalError, type StoredBlob } from '@portico/core';
import { DocumentLimits } from './document-limits.js';
import { ImageError, Images, imageTypes } from './images.js';
import { extensionOf } from './names.js';

/** What a file is, decided once when it comes in and stored with it. */
export interface FileFacts {
  readonly mimeType: string;
  readonly width: number | undefined;
  readonly height: number | undefined;
}

const imageExtensions = new Set(['png', 'jpg', 'jpeg', 'jpe', 'jfif', 'webp', 'avif']);
const textExtensions = new Set(['txt', 'text', 'md', 'csv', 'tsv', 'log', 'json', 'yaml', 'yml', 'toml', 'ini']);
const headBytes = 4096;

/** Decides a file's type by its bytes. The name only says what the file claims to be; a claim that is wrong is refused. */
@injectable()
export class FileTypes {
  constructor(
    @inject(BlobStore) private readonly blobs: BlobStore,
    @inject(Images) private readonly images: Images,
    @inject(DocumentLimits) private readonly limits: DocumentLimits,
  ) {}

  /** @throws PortalError `wrong-type` (415), `too-large` (413: more pixels than allowed). */
  async decide(blob: StoredBlob, name: string): Promise<FileFacts> {
    const path = this.blobs.pathOf(blob.id);
    const head = await readHead(path);
    const facts = (await this.image(path, name, head)) ?? plainType(head, extensionOf(name));
    refuseFalseName(name, facts.mimeType);
    return facts;
  }

  /** Undefined: it is no image, and its name does not claim that it is one. */
  private async image(path: string, name: string, head: Buffer): Promise<FileFacts | undefined> {
    if (!looksLikeImage(head)) return undefined;
    try {
      return await this.images.inspect(path);
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      if (error.problem === 'too-many-pixels') {
        const megapixels = Math.round(this.limits.maxImagePixels / 1_000_000);
        throw new PortalError('too-large', `${name} has too many pixels. An image can have at most ${megapixels} megapixels.`, {
          status: 413,
          cause: error,
        });
      }
      if (error.problem === 'too-slow') {
        throw wrongType(`${name} takes too long to read. Save it again with another program, and try once more.`, error);
      }
      if (!imageExtensions.has(extensionOf(name))) return undefined;
      throw wrongType(
        `${name} is damaged, or it is not an image. Choose a PNG, JPEG, WebP or AVIF file that opens in other programs.`,
        error,
      );
    }
  }
}

/**
 * A name may not claim what the content is not: not when a file comes in, and not when it is renamed.
 * @throws PortalError `wrong-type` (415).
 */
export function refuseFalseName(name: string, mimeType: string): void {
  const extension = extensionOf(name);
  const isImage = imageTypes.has(mimeType);
  if (isImage && /^[a-z]/.test(extension) && !imageExtensions.has(extension)) {
    throw wrongType(
      `${name} is an image, although its name says something else. Give it the extension of an image, such as .png.`,
    );
  }
  if (!isImage && imageExtensions.has(extension)) {
    throw wrongType(`${name} is not an image, although its name says so. Choose a PNG, JPEG, WebP or AVIF file.`);
  }
  if (mimeType !== 'application/pdf' && extension === 'pdf') {
    throw wrongType(`${name} is not a PDF file, although its name says so.`);
  }
}

/** Anything a browser could run, such as HTML or SVG, is octets to us. */
function plainType(head: Buffer, extension: string): FileFacts {
  const isPdf = extension === 'pdf' && head.includes('%PDF-');
  const isPlainText = textExtensions.has(extension) && isText(head);
  const mimeType = isPdf ? 'application/pdf' : isPlainText ? 'text/plain' : 'application/octet-stream';
  return { mimeType, width: undefined, height: undefined };
}

function wrongType(sentence: string, cause?: unknown): PortalError {
  return new PortalError('wrong-type', sentence, { status: 415, cause });
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(headBytes) });
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function looksLikeImage(head: Buffer): boolean {
  const text = head.toString('latin1', 0, 32);
  if (text.startsWith('\x89PNG\r\n\x1a\n') || text.startsWith('\xff\xd8\xff')) return true;
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return true;
  return text.slice(4, 8) === 'ftyp' && /avi[fs]/.test(text.slice(8));
}

function isText(head: Buffer): boolean {
  // A character may be cut at the end of the head; `stream` leaves it for later instead of refusing it.
  try {
    return !new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true }).includes('\0');
  } catch {
    return false;
  }
}
