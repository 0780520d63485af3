import { buffer } from 'node:stream/consumers';
import { type SourceImage, withSemaphore } from '@portico/ai-providers/api';
import { type AccessContext, BlobStore, inject, injectable, Messages, notFound, PortalError } from '@portico/core';
import { loadSharp } from '@portico/core/util';
import { type Document, Documents } from '@portico/documents-media/api';
import type { GeneratedImage } from '../../entities/generated-image.js';
import type { Generation } from '../../entities/generation.js';
import { provenanceOf } from '../documents/provenance.js';
import { ImageProviderClient } from '../provider/image-provider-client.js';
import type { PinnedSource } from './pinned-source.js';

/** Pixels of a document that is read; each side of what is sent. */
const pixelLimit = 64_000_000;
const side = 2048;

/**
 * A picture as it may leave the portal: upright, no larger than any model looks at, png or jpeg, which every service reads, and without
 * what a camera wrote into it, such as the place. Undefined when it cannot be decoded, or is too large.
 */
export async function sourcePicture(bytes: Buffer): Promise<SourceImage | undefined> {
  const sharp = await loadSharp();
  try {
    const picture = sharp(bytes, { limitInputPixels: pixelLimit, failOn: 'error' }).timeout({ seconds: 20 });
    const { format, hasAlpha } = await picture.metadata();
    const small = picture.autoOrient().resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
    if (format === 'png' || hasAlpha) return { bytes: await small.png().toBuffer(), mimeType: 'image/png' };
    return { bytes: await small.jpeg({ quality: 92 }).toBuffer(), mimeType: 'image/jpeg' };
  } catch {
    return undefined;
  }
}

const maxSourceBytes = 48 * 1024 * 1024;
const sendable: readonly string[] = ['image/png', 'image/jpeg', 'image/webp'] satisfies SourceImage['mimeType'][];
/** Documents of these types can be varied. */
const readable: ReadonlySet<string> = new Set([...sendable, 'image/avif', 'image/gif']);

/** Pictures that variations are made of: taken and kept when somebody asks, given out when it is their turn. */
@injectable()
export class VariationSources {
  constructor(
    @inject(ImageProviderClient) private readonly client: ImageProviderClient,
    @inject(Documents) private readonly documents: Documents,
    @inject(BlobStore) private readonly blobs: BlobStore,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** Whether the provider in use makes variations. */
  get arePossible(): boolean {
    return this.client.provider?.refines === true;
  }

  /** @throws PortalError `cannot-refine` (409). */
  require({ locale }: AccessContext): void {
    if (!this.arePossible)
      throw new PortalError('cannot-refine', this.messages.text('error.cannot-refine', {}, locale), { status: 409 });
  }

  /** @throws PortalError `not-found` (404), also for what is no picture. */
  async document(access: AccessContext, id: string): Promise<Document> {
    const document = await this.documents.find(access, id);
    if (!readable.has(document.mimeType)) throw notFound('picture');
    return document;
  }

  /** The file as it came from the service, not what was scaled of it. */
  async pinImage({ id, name, originalBlob, mimeType }: GeneratedImage, generation: Generation): Promise<PinnedSource> {
    const blob = await this.blobs.store(await this.blobs.open(originalBlob), { maxBytes: maxSourceBytes });
    const type = typeOf(mimeType);
    return { kind: 'image', id, name, sha256: blob.sha256, mimeType: type, blob, isComposite: generation.isComposite === true };
  }

  /** @throws PortalError `not-found` (404), `source-unsuitable` (422). */
  async pinDocument(access: AccessContext, id: string): Promise<PinnedSource> {
    const document = await this.document(access, id);
    const provenance = provenanceOf(document);
    const { name } = document;
    const { content, version, sha256 } = await this.documents.openOriginal(access, id);
    const picture = await withSemaphore(async () => sourcePicture(await buffer(content)));
    if (!picture || picture.bytes.length > maxSourceBytes)
      throw new PortalError('source-unsuitable', this.messages.text('refine.unsuitable', { name }, access.locale), {
        status: 422,
      });
    const blob = await this.blobs.store(picture.bytes, { maxBytes: maxSourceBytes });
    const isComposite = provenance ? provenance.isComposite === true : true;
    return { kind: 'document', id, name, version, sha256, mimeType: picture.mimeType, blob, isComposite };
  }

  /** What an earlier generation was made of, even when the picture itself is gone. @throws PortalError `not-found` (404). */
  async pinAgain(generation: Generation): Promise<PinnedSource> {
    const { sourceKind: kind, sourceId: id, sourceBlob, sourceName: name, sourceSha256: sha256, sourceVersion } = generation;
    if (!kind || !id || !sourceBlob || name === null || sha256 === null) throw notFound('picture');
    const blob = await this.blobs.store(await this.blobs.open(sourceBlob), { maxBytes: maxSourceBytes });
    const mimeType = typeOf(generation.sourceType);
    const version = sourceVersion ?? undefined;
    return { kind, id, name, version, sha256, mimeType, blob, isComposite: generation.isComposite === true };
  }

  /** What is sent; undefined for an image from words alone. Words of the reason when it cannot be sent. */
  async toSend({ sourceBlob, sourceType }: Generation): Promise<SourceImage | undefined | 'cannot-refine' | 'source-gone'> {
    if (!sourceBlob) return undefined;
    if (!this.arePossible) return 'cannot-refine';
    try {
      return { bytes: await buffer(await this.blobs.open(sourceBlob)), mimeType: typeOf(sourceType) };
    } catch (error) {
      if (error instanceof PortalError) return 'source-gone';
      throw error;
    }
  }

  /** Takes back what no generation keeps. */
  async release(source: PinnedSource | undefined): Promise<void> {
    if (source) await this.blobs.discard(source.blob.id);
  }
}

const typeOf = (mimeType: string | null): SourceImage['mimeType'] =>
  sendable.includes(mimeType ?? '') ? (mimeType as SourceImage['mimeType']) : 'image/png';
