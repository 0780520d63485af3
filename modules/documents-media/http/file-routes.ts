import { type HttpRoutes, inject, injectable, notFound, type Router } from '@portico/core';
import { DocumentFiles } from '../services/document-files.js';
import { imageTypes } from '../services/images.js';
import { Thumbnails } from '../services/thumbnails.js';
import { mayView } from './access.js';
import { sendFile } from './file-answer.js';
import { idParams, versionParams } from './input.js';

/** The bytes of documents. */
@injectable()
export class FileRoutes implements HttpRoutes {
  readonly prefix = '~/documents-media';

  constructor(
    @inject(DocumentFiles) private readonly files: DocumentFiles,
    @inject(Thumbnails) private readonly thumbnails: Thumbnails,
  ) {}

  register(router: Router): void {
    router.get('/documents/:id/download', { access: mayView, params: idParams }, async (ctx) => {
      const file = await this.files.current(ctx.access, ctx.input.params.id);
      await sendFile(ctx, this.files, file, 'attachment');
    });

    router.get('/documents/:id/view', { access: mayView, params: idParams }, async (ctx) => {
      const file = await this.files.current(ctx.access, ctx.input.params.id);
      if (!imageTypes.has(file.mimeType)) throw notFound('picture');
      await sendFile(ctx, this.files, file, 'inline');
    });

    router.get('/documents/:id/thumbnail', { access: mayView, params: idParams }, async (ctx) => {
      const file = await this.thumbnails.find(ctx.access, ctx.input.params.id);
      await sendFile(ctx, this.files, { ...file, name: `${file.name}.webp` }, 'inline');
    });

    router.get('/documents/:id/versions/:label/download', { access: mayView, params: versionParams }, async (ctx) => {
      const { id, label } = ctx.input.params;
      const file = await this.files.version(ctx.access, id, label);
      await sendFile(ctx, this.files, file, 'attachment');
    });
  }
}
