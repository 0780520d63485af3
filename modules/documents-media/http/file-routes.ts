import { type HttpRoutes, inject, injectable, notFound, type Router, z } from '@portico/core';
import { Creators } from '../services/creators.js';
import { DocumentFiles } from '../services/document-files.js';
import { Metadata } from '../services/metadata.js';
import { PortalDocuments } from '../services/portal-documents.js';
import { Renditions } from '../services/renditions.js';
import { mayOpen, mayView } from './access.js';
import { documentAddress } from './addresses.js';
import { reportAnswer } from './answers.js';
import { sendFile } from './file-answer.js';
import { idParams, versionParams } from './input.js';

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
    const declared = { access: mayOpen, params, answers: 'json', answer: reportAnswer, apiToken: true } as const;
    router.get('/documents/:id/:kind', declared, async (ctx) => {
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
      const report = await reporter.value.report?.make(shown, document.metadata[kind]);
      // As it arrives: dates are text then. What the kind does not name is left out.
      ctx.body = reporter.value.report?.answer.parse(JSON.parse(JSON.stringify(report)));
    });
  }
}

/** The bytes of documents: the files as they are for those who may open Documents and Media, pictures without metadata for readers. */
@injectable()
export class FileRoutes implements HttpRoutes {
  readonly prefix = '~/documents-media';

  constructor(
    @inject(DocumentFiles) private readonly files: DocumentFiles,
    @inject(Renditions) private readonly renditions: Renditions,
  ) {}

  register(router: Router): void {
    router.get('/documents/:id/download', { access: mayView, params: idParams }, async (ctx) => {
      const file = await this.renditions.delivered(ctx.access, ctx.input.params.id);
      await sendFile(ctx, this.files, file, 'attachment');
    });

    router.get('/documents/:id/view', { access: mayView, params: idParams }, async (ctx) => {
      await sendFile(ctx, this.files, await this.renditions.picture(ctx.access, ctx.input.params.id), 'inline');
    });

    router.get('/documents/:id/thumbnail', { access: mayView, params: idParams }, async (ctx) => {
      const file = await this.renditions.thumbnail(ctx.access, ctx.input.params.id);
      await sendFile(ctx, this.files, { ...file, name: `${file.name}.webp` }, 'inline');
    });

    router.get('/documents/:id/versions/:label/download', { access: mayOpen, params: versionParams }, async (ctx) => {
      const { id, label } = ctx.input.params;
      const file = await this.files.version(ctx.access, id, label);
      await sendFile(ctx, this.files, file, 'attachment');
    });
  }
}
