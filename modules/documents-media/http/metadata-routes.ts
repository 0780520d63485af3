import { type HttpRoutes, inject, injectable, notFound, type Router, z } from '@portico/core';
import { Creators } from '../services/creators.js';
import { Metadata } from '../services/metadata.js';
import { PortalDocuments } from '../services/portal-documents.js';
import { mayOpen } from './access.js';
import { documentAddress } from './addresses.js';
import { idParams } from './input.js';

const params = idParams.extend({ kind: z.string().max(50) });

/** What modules keep with a document, for programs and for the record. */
@injectable()
export class MetadataRoutes implements HttpRoutes {
  readonly prefix = '~/documents-media';

  constructor(
    @inject(PortalDocuments) private readonly documents: PortalDocuments,
    @inject(Creators) private readonly creators: Creators,
    @inject(Metadata) private readonly metadata: Metadata,
  ) {}

  register(router: Router): void {
    router.get('/documents/:id/:kind', { access: mayOpen, params, answers: 'json' }, async (ctx) => {
      const { id, kind } = ctx.input.params;
      const document = await this.documents.find(ctx.access, id);
      const reporter = this.metadata.reporter(kind);
      if (!reporter || !Object.hasOwn(document.metadata, kind)) throw notFound(kind);
      const shown = {
        access: ctx.access,
        document,
        versions: await this.documents.versions(ctx.access, document.id),
        author: this.creators.name(document.createdBy, ctx.access.locale),
        report: ctx.url(`${documentAddress(document.id)}/${kind}`),
        actions: [],
      };
      ctx.body = await reporter.value.report?.(shown, document.metadata[kind]);
    });
  }
}
