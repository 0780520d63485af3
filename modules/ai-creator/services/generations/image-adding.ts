import {
  type AccessContext,
  AuditLog,
  type AuditVia,
  BlobStore,
  Clock,
  inject,
  injectable,
  Log,
  Messages,
  notFound,
  PortalError,
} from '@portico/core';
import { type AddedDocument, type Document, Documents } from '@portico/documents-media/api';
import { GeneratedImage } from '../../entities/generated-image.js';
import { Generation } from '../../entities/generation.js';
import { actorOf } from '../audit-actor.js';
import { Availability } from '../availability/availability.js';
import { ImageCaptions } from '../captions/image-captions.js';
import { idempotencyKeyOf } from '../images/pinned-source.js';
import { ImageProviderClient } from '../provider/image-provider-client.js';
import { GenerationCost } from '../spending/generation-cost.js';
import { provenanceOf } from './generation-provenance.js';
import { GenerationStore } from './generation-store.js';
import { Generations } from './generations.js';

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

export interface AddingReport {
  readonly added: readonly AddedDocument[];
  readonly failed: readonly { readonly id: string; readonly name: string; readonly code: string; readonly sentence: string }[];
  /** Where the first one is; undefined: the root of the site, or nothing was added. */
  readonly folderId: string | undefined;
  /** True when all that were added are there. */
  readonly isTogether: boolean;
  /** True when the folder had gone and the images were added to the root of the site. */
  readonly movedToRoot: boolean;
}

/** Makes documents of images: each for itself, each at most once, each that fails with a reason. */
@injectable()
export class ImageAdding {
  private readonly underWay = new Map<string, Promise<{ readonly document: Document; readonly movedToRoot: boolean }>>();

  constructor(
    @inject(Availability) private readonly availability: Availability,
    @inject(Generations) private readonly generations: Generations,
    @inject(GenerationStore) private readonly store: GenerationStore,
    @inject(Documents) private readonly documents: Documents,
    @inject(GenerationCost) private readonly cost: GenerationCost,
    @inject(ImageProviderClient) private readonly client: ImageProviderClient,
    @inject(ImageCaptions) private readonly captions: ImageCaptions,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(BlobStore) private readonly blobs: BlobStore,
    @inject(Messages) private readonly words: Messages,
    @inject(Clock) private readonly clock: Clock,
    @inject(Log) private readonly log: Log,
  ) {}

  async add(access: AccessContext, selections: readonly Selection[], options: AddingOptions): Promise<AddingReport> {
    this.availability.require(access);
    const { folder } = options;
    if (folder) await this.documents.folder(access, folder);
    const added: AddedDocument[] = [];
    const failed: AddingReport['failed'][number][] = [];
    let movedToRoot = false;
    const folderIds = new Set<string | undefined>();
    for (const selection of selections) {
      try {
        const result = await this.addOnce(access, selection, options);
        movedToRoot ||= result.movedToRoot;
        folderIds.add(result.document.folderId);
        added.push(this.asAdded(access, result.document));
      } catch (error) {
        const known = error instanceof PortalError ? error : undefined;
        if (!known || known.status >= 500) this.log.error('An image could not be added.', { image: selection.id, error });
        const sentence = known?.expose ? known.message : this.words.text('add.failed', {}, access.locale);
        failed.push({ id: selection.id, name: selection.name, code: known?.code ?? 'internal-error', sentence });
      }
    }
    const [folderId] = folderIds;
    return { added, failed, folderId, isTogether: folderIds.size === 1, movedToRoot };
  }

  /** Two calls for one image share one document. */
  private addOnce(
    access: AccessContext,
    selection: Selection,
    options: AddingOptions,
  ): Promise<{ readonly document: Document; readonly movedToRoot: boolean }> {
    const key = `${access.person?.id}:${selection.id}`;
    const before = this.underWay.get(key);
    if (before) return before;
    const work = this.addOne(access, selection, options).finally(() => this.underWay.delete(key));
    this.underWay.set(key, work);
    return work;
  }

  private async addOne(
    access: AccessContext,
    selection: Selection,
    options: AddingOptions,
  ): Promise<{ readonly document: Document; readonly movedToRoot: boolean }> {
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
      provenance: provenanceOf(generation, {
        images,
        generatedAt: generation.receivedAt ?? this.clock.now().toISOString(),
        cost: await this.cost.of(generation.id),
        currentProvider: this.client.provider,
      }),
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
        after: { document: document.id },
        ...actorOf(access, options.via),
      });
      const open = await images.countBy({ generationId: generation.id, state: 'offered' });
      if (open === 0)
        await transaction
          .repository(Generation)
          .update({ id: generation.id, state: 'offered' }, { state: 'saved', settledAt: this.clock.now().toISOString() });
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

  private asAdded(access: AccessContext, document: Document): AddedDocument {
    const { site } = access;
    if (!site) throw notFound('site');
    const caption = this.captions.suggest(access);
    const { id, name, altText, mimeType } = document;
    return {
      id,
      name,
      altText,
      mimeType,
      view: this.documents.links(document, site).view,
      generated: true,
      ...(caption && { caption }),
    };
  }
}

/** The wanted name, or the one that was made for it, always with the extension of what it is. */
function fileName(wanted: string, { name, mimeType }: GeneratedImage): string {
  const extension = name.slice(name.lastIndexOf('.'));
  const clean = wanted
    .replace(/[\p{Cc}/\\]+/gu, ' ')
    .trim()
    .slice(0, 200);
  if (clean === '') return name;
  const known = mimeType === 'image/jpeg' ? /\.jpe?g$/i : new RegExp(`\\${extension}$`, 'i');
  return known.test(clean) ? clean : `${clean}${extension}`;
}
