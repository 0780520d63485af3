import { type AccessContext, AuditLog, type AuditVia, BlobStore, inject, injectable, notFound, PortalError } from '@portico/core';
import { cutText } from '@portico/core/util';
import { type Document, Documents } from '@portico/documents-media/api';
import { GeneratedImage } from '../../entities/generated-image.js';
import { actorOf } from '../audit.js';
import { provenanceKind } from '../documents/provenance.js';
import { idempotencyKeyOf } from '../images/pinned-source.js';
import { GenerationProvenance } from './generation-provenance.js';
import { GenerationStore } from './generation-store.js';
import { Generations } from './generations.js';
import { GenerationStateWriter } from './state-writer.js';

/** An image as its author wants it added. */
export interface Selection {
  readonly id: string;
  readonly name: string;
  readonly altText: string;
  /** Whether a person has read the alternative text; one that differs from the draft has been. */
  readonly reviewed?: boolean;
}

export interface AddingOptions {
  readonly via: AuditVia;
  /** Where to; null: the root of the site; undefined: the folder that each generation was made for. */
  readonly folder?: string | null | undefined;
}

export interface AddedImage {
  readonly document: Document;
  /** True when the folder had gone and it was added to the root of the site. */
  readonly movedToRoot: boolean;
}

/** Makes a document of one image, at most once. */
@injectable()
export class ImageDocuments {
  constructor(
    @inject(Generations) private readonly generations: Generations,
    @inject(GenerationStore) private readonly store: GenerationStore,
    @inject(GenerationStateWriter) private readonly writer: GenerationStateWriter,
    @inject(GenerationProvenance) private readonly provenance: GenerationProvenance,
    @inject(Documents) private readonly documents: Documents,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(BlobStore) private readonly blobs: BlobStore,
  ) {}

  /** @throws PortalError `not-found` (404), and whatever keeps the document from being made. */
  async add(access: AccessContext, selection: Selection, options: AddingOptions): Promise<AddedImage> {
    const { image, generation } = await this.generations.image(access, selection.id);
    if (image.documentId) return { document: await this.documents.find(access, image.documentId), movedToRoot: false };
    if (image.state !== 'offered') throw notFound('image');
    const wanted = options.folder === undefined ? generation.folderId : options.folder;
    const folderId = await this.folderOf(access, wanted);
    const images = (await this.store.images(generation.id)).length;
    const altText = selection.altText.trim().slice(0, 1000);
    const document = await this.documents.add(access, {
      folderId,
      name: fileName(selection.name, image),
      unique: true,
      altText,
      altTextDrafted: !selection.reviewed && altText === image.altText,
      content: await this.blobs.open(image.renditionBlob ?? image.originalBlob),
      original: image.renditionBlob ? await this.blobs.open(image.originalBlob) : undefined,
      metadata: { [provenanceKind]: await this.provenance.of(generation, images) },
      // A crash before the next transaction must not add the image twice.
      idempotencyKey: idempotencyKeyOf(image.id),
    });
    await this.store.change(generation.id, async (transaction) => {
      const images = transaction.repository(GeneratedImage);
      await images.update(
        { id: image.id },
        { state: 'saved', documentId: document.id, name: document.name, altText: document.altText },
      );
      await this.audit.record(transaction, {
        area: 'ai-creator',
        subject: 'image',
        attribute: image.id,
        scope: generation.siteId,
        action: 'added',
        // Its name is made of the description unless somebody typed another, and entries stay longer than words may.
        after: { document: document.id },
        ...actorOf(access, options.via),
      });
      const open = await images.countBy({ generationId: generation.id, state: 'offered' });
      if (open === 0) await this.writer.fire(transaction, generation.id, 'save', 'author');
    });
    return { document, movedToRoot: folderId === undefined && Boolean(wanted) };
  }

  /** A folder that was deleted in the meantime must not cost anybody an image. */
  private async folderOf(access: AccessContext, folderId: string | null): Promise<string | undefined> {
    if (!folderId) return undefined;
    try {
      return (await this.documents.folder(access, folderId)).id;
    } catch (error) {
      if (error instanceof PortalError && error.status === 404) return undefined;
      throw error;
    }
  }
}

/** The wanted name, or the one that was made for it, always with the extension of what it is. */
function fileName(wanted: string, { name, mimeType }: GeneratedImage): string {
  const extension = name.slice(name.lastIndexOf('.'));
  const clean = cutText(wanted.replace(/[\p{Cc}/\\]+/gu, ' ').trim(), 200);
  if (clean === '') return name;
  const known = mimeType === 'image/jpeg' ? /\.jpe?g$/i : new RegExp(`\\${extension}$`, 'i');
  return known.test(clean) ? clean : `${clean}${extension}`;
}
