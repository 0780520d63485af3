import {
  type AccessContext,
  type HttpRoutes,
  inject,
  injectable,
  invalidInput,
  Messages,
  PortalError,
  type RouteContext,
  type Router,
} from '@portico/core';
import { Documents } from '@portico/documents-media/api';
import { Availability } from '../services/availability/availability.js';
import { ImageCaptions } from '../services/captions/image-captions.js';
import { provenanceKind, provenanceOf } from '../services/documents/provenance.js';
import { Generations } from '../services/generations/generations.js';
import type { SourceReference } from '../services/images/pinned-source.js';
import { VariationSources } from '../services/images/variation-sources.js';
import { similarAnswer } from './answer-schemas.js';
import { similarQuery } from './input.js';

/** Already there? Generated images of the site whose descriptions are similar; using one costs nothing. */
@injectable()
export class SimilarRoutes implements HttpRoutes {
  readonly prefix = '~/ai-creator/similar';

  constructor(
    @inject(Availability) private readonly availability: Availability,
    @inject(Documents) private readonly documents: Documents,
    @inject(ImageCaptions) private readonly captions: ImageCaptions,
  ) {}

  register(router: Router): void {
    router.get('/', { access: 'signed-in', query: similarQuery, answers: 'json', answer: similarAnswer }, async (ctx) => {
      const { site } = this.availability.require(ctx.access);
      const found = await this.documents.similar(ctx.access, provenanceKind, ctx.input.query.description, 4);
      const caption = this.captions.suggest(ctx.access);
      ctx.body = {
        sent: this.availability.promptAsSent(ctx.input.query.description),
        documents: found.map((document) => {
          const { page, view, thumbnail } = this.documents.links(document, site);
          const { id, name, altText, mimeType } = document;
          return {
            id,
            name,
            altText,
            mimeType,
            view,
            page,
            thumbnail,
            description: provenanceOf(document)?.prompt,
            generated: true,
            caption,
          };
        }),
      };
    });
  }
}

type AnyContext = RouteContext<unknown, unknown, unknown>;

/** A picture to vary, as the form shows it and what it starts with. */
export interface FormSource {
  readonly sourceImage: string | undefined;
  readonly sourceDocument: string | undefined;
  readonly name: string;
  readonly thumbnail: string | undefined;
  readonly description: string | undefined;
  readonly size: string | undefined;
  readonly style: string | undefined;
  readonly root: string | undefined;
  readonly folder: string | undefined;
}

interface SourceFields {
  readonly sourceImage?: string | undefined;
  readonly sourceDocument?: string | undefined;
}

/** Finds the picture that a form names. */
@injectable()
export class FormSources {
  constructor(
    @inject(Generations) private readonly generations: Generations,
    @inject(VariationSources) private readonly sources: VariationSources,
    @inject(Documents) private readonly documents: Documents,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** @throws PortalError `invalid-input` (400) when a form names two. */
  reference({ locale }: AccessContext, { sourceImage, sourceDocument }: SourceFields): SourceReference | undefined {
    if (sourceImage && sourceDocument) {
      const sentence = this.messages.text('refine.two-sources', {}, locale);
      throw invalidInput({ source: sentence }, sentence);
    }
    if (sourceImage) return { kind: 'image', id: sourceImage };
    return sourceDocument ? { kind: 'document', id: sourceDocument } : undefined;
  }

  /** @throws PortalError `not-found` (404), `cannot-refine` (409). */
  async find(ctx: AnyContext, source: SourceReference | undefined): Promise<FormSource | undefined> {
    if (!source) return undefined;
    this.sources.require(ctx.access);
    return source.kind === 'image' ? this.image(ctx, source.id) : this.document(ctx, source.id);
  }

  /** For a form that is shown again: a picture that is not there any more is left out. */
  async findAgain(ctx: AnyContext, source: SourceReference | undefined): Promise<FormSource | undefined> {
    try {
      return await this.find(ctx, source);
    } catch (error) {
      if (error instanceof PortalError && error.expose) return undefined;
      throw error;
    }
  }

  private async image(ctx: AnyContext, id: string): Promise<FormSource> {
    const { image, generation } = await this.generations.image(ctx.access, id);
    return {
      sourceImage: id,
      sourceDocument: undefined,
      name: image.name,
      thumbnail: ctx.url(`~/ai-creator/images/${id}`),
      description: generation.description,
      size: generation.size,
      style: generation.style ?? undefined,
      root: generation.rootId,
      folder: generation.folderId ?? undefined,
    };
  }

  private async document(ctx: AnyContext, id: string): Promise<FormSource> {
    const document = await this.sources.document(ctx.access, id);
    const { name, altText, folderId: folder } = document;
    const provenance = provenanceOf(document);
    const thumbnail = ctx.access.site && this.documents.links(document, ctx.access.site).thumbnail;
    const description = provenance?.prompt ?? altText;
    const start = { description, size: provenance?.size, style: undefined, root: undefined, folder };
    return { sourceImage: undefined, sourceDocument: id, name, thumbnail, ...start };
  }
}
