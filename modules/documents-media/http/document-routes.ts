import { type HttpRoutes, inject, injectable, PortalError, type RouteContext, type Router, type z } from '@portico/core';
import { mergeFields } from '@portico/core/util';
import type { Document } from '../api/documents.js';
import { DocumentChanges, type DocumentFields } from '../services/document-changes.js';
import { Folders } from '../services/folders.js';
import { PortalDocuments } from '../services/portal-documents.js';
import type { RuleAction } from '../services/rules.js';
import { Visibility } from '../services/visibility.js';
import { mayView, requireAbility } from './access.js';
import { documentAddress, listAddress } from './addresses.js';
import { DocumentPage } from './document-page.js';
import { FolderPicker } from './folder-picker.js';
import { renderFragment } from './fragment.js';
import { documentForm, idParams, moveForm, moveQuery } from './input.js';

type DocumentContext = RouteContext<{ id: string }, unknown, unknown>;

/** One document: its page, and what can be done with it. */
@injectable()
export class DocumentRoutes implements HttpRoutes {
  readonly prefix = '~/documents-media';

  constructor(
    @inject(PortalDocuments) private readonly documents: PortalDocuments,
    @inject(DocumentChanges) private readonly changes: DocumentChanges,
    @inject(Folders) private readonly folders: Folders,
    @inject(DocumentPage) private readonly page: DocumentPage,
    @inject(FolderPicker) private readonly picker: FolderPicker,
    @inject(Visibility) private readonly visibility: Visibility,
  ) {}

  register(router: Router): void {
    const mayUpdate = this.visibility.routeTo('update');
    const mayDelete = this.visibility.routeTo('delete');

    router.get('/documents/:id', { access: mayView, params: idParams }, async (ctx) => {
      await this.page.show(ctx, await this.find(ctx));
    });

    router.post('/documents/:id', { access: mayUpdate, params: idParams, body: documentForm }, async (ctx) => {
      await this.update(ctx, ctx.input.body);
    });

    router.get('/documents/:id/move', { access: mayUpdate, params: idParams, query: moveQuery }, async (ctx) => {
      const document = await this.findTo(ctx, 'update');
      await this.picker.show(ctx, this.movable(ctx, document), ctx.input.query);
    });

    router.post('/documents/:id/move', { access: mayUpdate, params: idParams, body: moveForm }, async (ctx) => {
      const document = await this.find(ctx);
      await this.picker.refusing(ctx, this.movable(ctx, document), ctx.input.body.to, async () => {
        const moved = await this.changes.move(ctx.access, document.id, ctx.input.body.to);
        const [target] = (await this.folders.path(ctx.access, moved.folderId)).slice(-1);
        const folder = target?.name ?? ctx.text('home-folder');
        ctx.redirectWith(listAddress(moved.folderId, [moved.id]), ctx.text('moved', { name: moved.name, folder }));
      });
    });

    router.get('/documents/:id/delete', { access: mayDelete, params: idParams }, async (ctx) => {
      const document = await this.findTo(ctx, 'delete');
      const model = {
        title: ctx.text('delete.title', { name: document.name }),
        text: ctx.text('delete.document-text', { name: document.name }),
        action: ctx.url(`${documentAddress(document.id)}/delete`),
        back: ctx.url(documentAddress(document.id)),
        allowed: true,
      };
      renderFragment(ctx, 'delete', model);
    });

    router.post('/documents/:id/delete', { access: mayDelete, params: idParams }, async (ctx) => {
      const { name, folderId } = await this.changes.delete(ctx.access, ctx.input.params.id);
      ctx.redirectWith(listAddress(folderId), ctx.text('deleted', { name }));
    });
  }

  private find(ctx: DocumentContext): Promise<Document> {
    return this.documents.find(ctx.access, ctx.input.params.id);
  }

  /** For a page on which something can be done with it. */
  private async findTo(ctx: DocumentContext, action: RuleAction): Promise<Document> {
    const document = await this.find(ctx);
    requireAbility(await this.documents.abilities(ctx.access, document.id), action);
    return document;
  }

  private movable(ctx: DocumentContext, document: Document) {
    return {
      name: document.name,
      folderId: document.folderId,
      action: ctx.url(`${documentAddress(document.id)}/move`),
      back: ctx.url(documentAddress(document.id)),
    };
  }

  /** What cannot be saved is shown again with everything that was typed. */
  private async update(ctx: DocumentContext, form: z.output<typeof documentForm>): Promise<void> {
    const { id } = ctx.input.params;
    try {
      const document = await this.changes.update(ctx.access, id, form, seenBy(form));
      ctx.redirectWith(documentAddress(id), ctx.text('saved', { name: document.name }));
    } catch (error) {
      if (!(error instanceof PortalError) || ![400, 409, 415].includes(error.status)) throw error;
      const document = await this.find(ctx);
      const seen = seenBy(form) ?? document;
      const values = { name: form.name, altText: form.altText };
      if (error.code === 'document-conflict') {
        // What both changed stands twice; the form is now made from what is kept, so that saving again decides.
        const merged = mergeFields(values, seen, { name: document.name, altText: document.altText });
        await this.page.show(ctx, document, { form: merged.values, seen: document, error, conflicts: merged.conflicts });
      } else await this.page.show(ctx, document, { form: values, seen, error });
    }
  }
}

function seenBy({ seenName, seenAltText }: z.output<typeof documentForm>): DocumentFields | undefined {
  return seenName === undefined || seenAltText === undefined ? undefined : { name: seenName, altText: seenAltText };
}
