import { type HttpRoutes, inject, injectable, type Router } from '@portico/core';
import { type DocumentEntry, DocumentList } from '../services/document-list.js';
import { Folders } from '../services/folders.js';
import { NewMenu } from '../services/new-menu.js';
import { documentLinks, PortalDocuments } from '../services/portal-documents.js';
import { mayOpen, mayView } from './access.js';
import { isFragment } from './fragment.js';
import { apiListQuery, idParams, listQuery, toListQuery } from './input.js';
import { listModel } from './list-model.js';

/** The list of a folder, for people and for programs. */
@injectable()
export class ListRoutes implements HttpRoutes {
  readonly prefix = '~/documents-media';

  constructor(
    @inject(DocumentList) private readonly list: DocumentList,
    @inject(Folders) private readonly folders: Folders,
    @inject(PortalDocuments) private readonly documents: PortalDocuments,
    @inject(NewMenu) private readonly newMenu: NewMenu,
  ) {}

  register(router: Router): void {
    router.get('/', { access: mayOpen, query: listQuery }, async (ctx) => {
      const input = ctx.input.query;
      const path = await this.folders.path(ctx.access, input.folder);
      const page = await this.list.page(ctx.access, toListQuery(input));
      const added = await this.list.some(ctx.access, input.added);
      const newMenu = this.newMenu.entries(ctx.access, input.folder);
      const title = path.at(-1)?.name ?? ctx.text('title');
      const layout = isFragment(ctx) ? 'none' : 'page';
      ctx.render('list', listModel(ctx, input, { page, added, path, newMenu }), { title, layout });
    });

    router.get('/api/documents', { access: mayOpen, query: apiListQuery, answers: 'json' }, async (ctx) => {
      await this.folders.path(ctx.access, ctx.input.query.folder);
      const { folders, documents, previous, next } = await this.list.page(ctx.access, toListQuery(ctx.input.query));
      ctx.body = {
        folders: folders.map(({ id, name, modifiedAt }) => ({ id, name, modifiedAt: new Date(modifiedAt) })),
        documents: documents.map(listed),
        previous,
        next,
      };
    });

    router.get('/api/documents/:id', { access: mayView, params: idParams, answers: 'json' }, async (ctx) => {
      const document = await this.documents.find(ctx.access, ctx.input.params.id);
      const { site } = ctx.access;
      ctx.body = { ...document, links: site && documentLinks(document, site) };
    });
  }
}

/** A document of a list, for programs. Field by field: rest and spread take longer than the query. */
function listed({ id, name, altText, mimeType, size, width, height, modifiedAt }: DocumentEntry): object {
  return { id, name, altText, mimeType, size, width, height, modifiedAt: new Date(modifiedAt) };
}
