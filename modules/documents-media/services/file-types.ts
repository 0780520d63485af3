import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { BlobStore, inject, injectable, PortalError, type StoredBlob } from '@portico/core';
import { DocumentLimits } from './document-limits.js';
import { ImageError, Images } from './images.js';
import { imageTypes, knownType, listedType, textType } from './known-types.js';
import { extensionOf } from './names.js';

/** What a file is, decided once when it comes in and stored with it. */
export interface FileFacts {
  readonly mimeType: string;
  /** Of a text of which every byte was read; undefined where nothing is known. */
  readonly charset?: 'utf-8' | 'utf-16';
  /** Pixels of a picture that can be shown; a picture without them is kept as a file. */
  readonly width?: number;
  readonly height?: number;
}

/** Number of the rules in this file and in `known-types.ts`: whoever changes what some files are counts on, and what is stored is looked at again. */
export const typeRules = 1;

const octets: FileFacts = { mimeType: 'application/octet-stream' };
/** Extensions of the pictures that are shown: a name that ends so is a claim. */
const imageExtensions = new Set(['png', 'jpg', 'jpeg', 'jpe', 'jfif', 'webp', 'avif', 'gif']);
/** Extensions that a picture may have. */
const pictureExtensions = new Set([...imageExtensions, 'apng', 'heic', 'heif', 'tif', 'tiff', 'bmp', 'dib', 'svg']);
const headBytes = 4096;

/**
 * Decides a file's type by its bytes, from a closed list (`known-types.ts`). The name only says what the file claims to be; a claim to be a
 * picture or a PDF that is wrong is refused. Pictures of the shown types are decoded; one that is too large or too slow to decode is kept as
 * a file without a preview.
 */
@injectable()
export class FileTypes {
  constructor(
    @inject(BlobStore) private readonly blobs: BlobStore,
    @inject(Images) private readonly images: Images,
    @inject(DocumentLimits) private readonly limits: DocumentLimits,
  ) {}

  /** @throws PortalError `wrong-type` (415). */
  async decide(blob: StoredBlob, name: string): Promise<FileFacts> {
    const path = this.blobs.pathOf(blob.id);
    const facts = (await textFacts(path, extensionOf(name))) ?? (await this.binary(path, name)) ?? octets;
    refuseFalseName(name, facts.mimeType);
    return facts;
  }

  /** Whether a WebP was made without loss: its picture is a chunk named so. */
  async isLossless(blobId: string): Promise<boolean> {
    return (await readHead(this.blobs.pathOf(blobId))).includes('VP8L');
  }

  private async binary(path: string, name: string): Promise<FileFacts | undefined> {
    const head = await readHead(path);
    const found = listedType(await signatureOf(path, this.limits.imageSeconds));
    if ((found && imageTypes.has(found)) || looksLikeAvif(head)) return this.image(path, name, found ?? 'image/avif');
    // Some programs write a few bytes before a PDF's own.
    const isPdf = extensionOf(name) === 'pdf' && head.subarray(0, 1024).includes('%PDF-');
    const mimeType = isPdf ? 'application/pdf' : found;
    return mimeType === undefined ? undefined : { mimeType };
  }

  /** Undefined: it cannot be read as an image, and its name does not claim that it is one. */
  private async image(path: string, name: string, mimeType: string): Promise<FileFacts | undefined> {
    try {
      return await this.images.inspect(path);
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      if (error.problem !== 'unreadable') return { mimeType };
      if (!imageExtensions.has(extensionOf(name))) return undefined;
      throw wrongType(
        `${name} is damaged, or it is not an image. Choose a PNG, JPEG, WebP, AVIF or GIF file that opens in other programs.`,
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
  const isPicture = knownType(mimeType)?.group === 'image';
  if (isPicture && /^[a-z]/.test(extension) && !pictureExtensions.has(extension)) {
    throw wrongType(
      `${name} is an image, although its name says something else. Give it the extension of an image, such as .png.`,
    );
  }
  if (!isPicture && imageExtensions.has(extension)) {
    throw wrongType(`${name} is not an image, although its name says so. Choose a PNG, JPEG, WebP, AVIF or GIF file.`);
  }
  if (mimeType !== 'application/pdf' && extension === 'pdf') {
    throw wrongType(`${name} is not a PDF file, although its name says so.`);
  }
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

/** What the signature says, also inside archives and containers. Undefined for what has none, or a broken one. */
async function signatureOf(path: string, seconds: number): Promise<string | undefined> {
  try {
    return await readSignature(path, seconds);
  } catch {
    return undefined;
  }
}

/** Undefined for what has none. @throws Error when one begins and is broken, or does not come to an end in time. */
export async function readSignature(path: string, seconds: number): Promise<string | undefined> {
  // Loaded with the first upload, not with every start.
  const { FileTypeParser } = await import('file-type');
  const found = await new FileTypeParser({ signal: AbortSignal.timeout(seconds * 1000) }).fromFile(path);
  // Nobody has sound of the first layer; texts of Windows begin with the bytes of its frames (FF FE).
  return found?.ext === 'mp1' ? undefined : found?.mime;
}

function looksLikeAvif(head: Buffer): boolean {
  const text = head.toString('latin1', 0, 32);
  return text.slice(4, 8) === 'ftyp' && /avi[fs]/.test(text.slice(8));
}

/** Characters that no text has: control characters other than those of lines, tabs, pages and terminals. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const noText = /[\0-\x06\x0e-\x1a\x1c-\x1f]/;
/** Each part begins and ends in one way only, so that nothing is tried twice. */
const svgRoot = /^\ufeff?(?:\s|<\?[^>]*\?>|<!--(?:(?!-->)[\s\S])*-->|<!DOCTYPE[^>[]*(?:\[[^\]]*\]\s*)?>)*<(?:svg:)?svg[\s>/]/i;

/**
 * Texts by the extension of their name, when they are texts to their last byte. That they are UTF-8 is only said when all of them is. What a
 * browser could run, such as HTML, is no kind of text here.
 */
async function textFacts(path: string, extension: string): Promise<FileFacts | undefined> {
  const isDrawing = extension === 'svg';
  const mimeType = isDrawing ? 'image/svg+xml' : textType(extension);
  if (mimeType === undefined) return undefined;
  if (isDrawing && !svgRoot.test((await readHead(path)).toString('utf8'))) return undefined;
  const wide = wideEncoding(await readHead(path));
  if (wide) return (await isText(path, wide)) ? { mimeType, charset: 'utf-16' } : undefined;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let isUtf8 = true;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    const bytes = chunk as Buffer;
    if (noText.test(bytes.toString('latin1'))) return undefined;
    isUtf8 &&= decodes(decoder, bytes, true);
  }
  isUtf8 &&= decodes(decoder, Buffer.alloc(0), false);
  return isUtf8 ? { mimeType, charset: 'utf-8' } : { mimeType };
}

/** UTF-16 says so by its first two bytes; without them half of its bytes are no text. */
function wideEncoding(head: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const mark = head.length < 2 ? 0 : head.readUInt16BE(0);
  return mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : undefined;
}

/** Whether all of a file is text of an encoding. */
async function isText(path: string, encoding: string): Promise<boolean> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }))
      if (noText.test(decoder.decode(chunk as Buffer, { stream: true }))) return false;
    return !noText.test(decoder.decode());
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** A character may be cut at the end of a part; `stream` leaves it for the next one instead of refusing it. */
function decodes(decoder: TextDecoder, bytes: Buffer, stream: boolean): boolean {
  try {
    decoder.decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
}
