import { type HttpRoutes, inject, injectable, type Router } from '@portico/core';
import { Documents } from '@portico/documents-media/api';
import { Availability } from '../services/availability/availability.js';
import { ImageCaptions } from '../services/captions/image-captions.js';
import { provenanceKind, provenanceOf } from '../services/documents/provenance.js';
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
    router.get('/', { access: 'signed-in', query: similarQuery, answers: 'json' }, async (ctx) => {
      const { site } = this.availability.require(ctx.access);
      const found = await this.documents.similar(ctx.access, provenanceKind, ctx.input.query.description, 4);
      const caption = this.captions.suggest(ctx.access);
      ctx.body = {
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
