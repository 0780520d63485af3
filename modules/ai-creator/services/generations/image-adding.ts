import { type AccessContext, inject, injectable, Log, Messages, notFound, PortalError } from '@portico/core';
import { type AddedDocument, type Document, Documents } from '@portico/documents-media/api';
import { Availability } from '../availability/availability.js';
import { ImageCaptions } from '../captions/image-captions.js';
import { type AddedImage, type AddingOptions, ImageDocuments, type Selection } from './image-documents.js';

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

/** What became of those that failed, each with its name once: many sentences say it themselves. */
export function problemsOf({ failed }: Pick<AddingReport, 'failed'>, messages: Pick<Messages, 'text'>): readonly string[] {
  return failed.map(({ name, sentence }) =>
    messages.text('add.problem', { name, sentence, named: sentence.includes(name) ? 'yes' : 'no' }),
  );
}

/** Makes documents of images: each for itself, each at most once, each that fails with a reason. */
@injectable()
export class ImageAdding {
  private readonly underWay = new Map<string, Promise<AddedImage>>();

  constructor(
    @inject(Availability) private readonly availability: Availability,
    @inject(ImageDocuments) private readonly images: ImageDocuments,
    @inject(Documents) private readonly documents: Documents,
    @inject(ImageCaptions) private readonly captions: ImageCaptions,
    @inject(Messages) private readonly messages: Messages,
    @inject(Log) private readonly log: Log,
  ) {}

  async add(access: AccessContext, selections: readonly Selection[], options: AddingOptions): Promise<AddingReport> {
    this.availability.require(access);
    const { folder } = options;
    if (folder) await this.documents.folderToAdd(access, folder);
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
        const sentence = known?.expose ? known.message : this.messages.text('add.failed', {}, access.locale);
        failed.push({ id: selection.id, name: selection.name, code: known?.code ?? 'internal-error', sentence });
      }
    }
    const [folderId] = folderIds;
    return { added, failed, folderId, isTogether: folderIds.size === 1, movedToRoot };
  }

  /** Two calls for one image share one document. */
  private addOnce(access: AccessContext, selection: Selection, options: AddingOptions): Promise<AddedImage> {
    const key = `${access.person?.id}:${selection.id}`;
    const before = this.underWay.get(key);
    if (before) return before;
    const work = this.images.add(access, selection, options).finally(() => this.underWay.delete(key));
    this.underWay.set(key, work);
    return work;
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
