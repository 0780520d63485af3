import { type HttpRoutes, inject, injectable, PortalError, type RouteContext, type Router } from '@portico/core';
import type { Folder } from '../api/documents.js';
import { Folders } from '../services/folders.js';
import type { RuleAction } from '../services/rules.js';
import { Visibility } from '../services/visibility.js';
import { requireAbility } from './access.js';
import { folderAddress, listAddress, withQuery } from './addresses.js';
import { folderAnswer } from './answers.js';
import { errorsOf } from './document-page.js';
import { FolderPicker, type MoveTarget } from './folder-picker.js';
import { renderFragment, wantsJson } from './fragment.js';
import { folderForm, folderQuery, idParams, moveForm, moveQuery } from './input.js';

type AnyContext = RouteContext<unknown, unknown, unknown>;

interface FolderForm {
  readonly title: string;
  readonly action: string;
  readonly back: string;
  readonly name: string;
  readonly error?: PortalError;
}

/** Folders: made, renamed, moved, deleted. */
@injectable()
export class FolderRoutes implements HttpRoutes {
  readonly prefix = '~/documents-media';

  constructor(
    @inject(Folders) private readonly folders: Folders,
    @inject(FolderPicker) private readonly picker: FolderPicker,
    @inject(Visibility) private readonly visibility: Visibility,
  ) {}

  register(router: Router): void {
    this.registerNew(router);
    this.registerRename(router);
    this.registerMove(router);
    this.registerDelete(router);
  }

  private registerNew(router: Router): void {
    const mayAdd = this.visibility.routeTo('add');
    const form = (ctx: AnyContext, folder: string | undefined, name: string, error?: PortalError): void =>
      showForm(ctx, {
        title: ctx.text('folder.new-title'),
        action: ctx.url(withQuery('~/documents-media/folders/new', { folder })),
        back: ctx.url(listAddress(folder)),
        name,
        error,
      });

    router.get('/folders/new', { access: mayAdd, query: folderQuery }, async (ctx) => {
      requireAbility(await this.folders.abilities(ctx.access, ctx.input.query.folder), 'add');
      form(ctx, ctx.input.query.folder, '');
    });

    router.post('/folders/new', { access: mayAdd, query: folderQuery, body: folderForm, answer: folderAnswer }, async (ctx) => {
      const { folder } = ctx.input.query;
      const { name } = ctx.input.body;
      await refusing(
        ctx,
        (error) => form(ctx, folder, name, error),
        async () => {
          const added = await this.folders.add(ctx.access, name, folder);
          if (wantsJson(ctx)) {
            ctx.status = 201;
            ctx.body = { folder: { id: added.id, name: added.name } };
          } else {
            ctx.redirectWith(listAddress(added.id), ctx.text('folder.added', { name: added.name }));
          }
        },
      );
    });
  }

  private registerRename(router: Router): void {
    const mayUpdate = this.visibility.routeTo('update');
    const form = (ctx: AnyContext, folder: Folder, name: string, error?: PortalError): void =>
      showForm(ctx, {
        title: ctx.text('folder.rename-title', { name: folder.name }),
        action: ctx.url(`${folderAddress(folder.id)}/rename`),
        back: ctx.url(listAddress(folder.parentId)),
        name,
        error,
      });

    router.get('/folders/:id/rename', { access: mayUpdate, params: idParams }, async (ctx) => {
      const folder = await this.findTo(ctx, 'update');
      form(ctx, folder, folder.name);
    });

    router.post('/folders/:id/rename', { access: mayUpdate, params: idParams, body: folderForm }, async (ctx) => {
      const folder = await this.folders.find(ctx.access, ctx.input.params.id);
      const { name } = ctx.input.body;
      await refusing(
        ctx,
        (error) => form(ctx, folder, name, error),
        async () => {
          const renamed = await this.folders.rename(ctx.access, folder.id, name);
          ctx.redirectWith(listAddress(folder.parentId), ctx.text('saved', { name: renamed.name }));
        },
      );
    });
  }

  private registerMove(router: Router): void {
    const mayUpdate = this.visibility.routeTo('update');
    const movable = (ctx: AnyContext, folder: Folder): MoveTarget => ({
      name: folder.name,
      folderId: folder.parentId,
      exceptId: folder.id,
      action: ctx.url(`${folderAddress(folder.id)}/move`),
      back: ctx.url(listAddress(folder.parentId)),
    });

    router.get('/folders/:id/move', { access: mayUpdate, params: idParams, query: moveQuery }, async (ctx) => {
      const folder = await this.findTo(ctx, 'update');
      await this.picker.show(ctx, movable(ctx, folder), ctx.input.query);
    });

    router.post('/folders/:id/move', { access: mayUpdate, params: idParams, body: moveForm }, async (ctx) => {
      const folder = await this.folders.find(ctx.access, ctx.input.params.id);
      const { to } = ctx.input.body;
      await this.picker.refusing(ctx, movable(ctx, folder), to, async () => {
        await this.folders.move(ctx.access, folder.id, to);
        const [target] = (await this.folders.path(ctx.access, to)).slice(-1);
        const place = target?.name ?? ctx.text('home-folder');
        ctx.redirectWith(listAddress(to), ctx.text('moved', { name: folder.name, folder: place }));
      });
    });
  }

  private registerDelete(router: Router): void {
    const mayDelete = this.visibility.routeTo('delete');
    const show = async (ctx: AnyContext, folder: Folder, error?: PortalError): Promise<void> => {
      const inside = await this.folders.contents(ctx.access, folder.id);
      const isEmpty = inside.folders + inside.documents === 0;
      const title = ctx.text('delete.title', { name: folder.name });
      const model = {
        title,
        text: isEmpty
          ? ctx.text('delete.folder-text')
          : ctx.text('delete.folder-full', { name: folder.name, inside: insideOf(ctx, inside) }),
        action: ctx.url(`${folderAddress(folder.id)}/delete`),
        back: ctx.url(listAddress(folder.parentId)),
        allowed: isEmpty,
        open: ctx.url(listAddress(folder.id)),
      };
      renderFragment(ctx, 'delete', model, { status: error?.status });
    };

    router.get('/folders/:id/delete', { access: mayDelete, params: idParams }, async (ctx) => {
      await show(ctx, await this.findTo(ctx, 'delete'));
    });

    router.post('/folders/:id/delete', { access: mayDelete, params: idParams }, async (ctx) => {
      const folder = await this.folders.find(ctx.access, ctx.input.params.id);
      await refusing(
        ctx,
        (error) => show(ctx, folder, error),
        async () => {
          await this.folders.delete(ctx.access, folder.id);
          ctx.redirectWith(listAddress(folder.parentId), ctx.text('deleted', { name: folder.name }));
        },
      );
    });
  }

  /** For a page on which something can be done with it. */
  private async findTo(ctx: RouteContext<{ id: string }, unknown, unknown>, action: RuleAction): Promise<Folder> {
    const folder = await this.folders.find(ctx.access, ctx.input.params.id);
    requireAbility(await this.folders.abilities(ctx.access, folder.id), action);
    return folder;
  }
}

function showForm(ctx: AnyContext, form: FolderForm): void {
  const model = { ...form, error: undefined, errors: errorsOf(form.error) };
  renderFragment(ctx, 'folder-form', model, { status: form.error?.status });
}

/** "one folder and 3 documents" */
function insideOf(ctx: AnyContext, inside: { readonly folders: number; readonly documents: number }): string {
  const count = (kind: 'folders' | 'documents'): string => ctx.text(`inside.${kind}`, { count: inside[kind] });
  if (inside.documents === 0) return count('folders');
  if (inside.folders === 0) return count('documents');
  return ctx.text('inside.both', { folders: count('folders'), documents: count('documents') });
}

/** What the person can put right is shown on the form that was sent; scripts get it as JSON from the host. */
async function refusing(
  ctx: AnyContext,
  show: (error: PortalError) => void | Promise<void>,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof PortalError) || ![400, 409].includes(error.status) || wantsJson(ctx)) throw error;
    await show(error);
  }
}
