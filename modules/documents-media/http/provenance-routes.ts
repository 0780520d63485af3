import { type HttpRoutes, inject, injectable, notFound, type Router } from '@portico/core';
import { compositeWithTrainedAlgorithmicMedia, trainedAlgorithmicMedia } from '../api/generated-mark.js';
import { Creators } from '../services/creators.js';
import { PortalDocuments } from '../services/portal-documents.js';
import { mayOpen } from './access.js';
import { idParams } from './input.js';

/** How a generated document came to be, for programs and for the record. */
@injectable()
export class ProvenanceRoutes implements HttpRoutes {
  readonly prefix = '~/documents-media';

  constructor(
    @inject(PortalDocuments) private readonly documents: PortalDocuments,
    @inject(Creators) private readonly creators: Creators,
  ) {}

  register(router: Router): void {
    router.get('/documents/:id/provenance', { access: mayOpen, params: idParams, answers: 'json' }, async (ctx) => {
      const document = await this.documents.find(ctx.access, ctx.input.params.id);
      if (!document.provenance) throw notFound('provenance');
      const { variationOf, isComposite } = document.provenance;
      const versions = await this.documents.versions(ctx.access, document.id);
      ctx.body = {
        document: { id: document.id, name: document.name, altText: document.altText, altTextDrafted: document.altTextDrafted },
        person: { id: document.createdBy, name: this.creators.name(document.createdBy, ctx.access.locale) },
        addedAt: document.createdAt,
        digitalSourceType: isComposite ? compositeWithTrainedAlgorithmicMedia : trainedAlgorithmicMedia,
        provenance: document.provenance,
        source: variationOf && (await this.documents.sourceOf(ctx.access, variationOf)),
        versions: versions.map(({ label, sha256, size, mimeType, width, height }, index) => ({
          label,
          isCurrent: index === 0,
          isOriginal: index === versions.length - 1,
          sha256,
          size,
          mimeType,
          width,
          height,
        })),
      };
    });
  }
}
