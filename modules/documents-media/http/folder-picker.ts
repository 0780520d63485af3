import { inject, injectable, PortalError, type RouteContext } from '@portico/core';
import { Folders } from '../services/folders.js';
import { withQuery } from './addresses.js';

/** What is moved. */
export interface MoveTarget {
  readonly name: string;
  /** Where it lies now; undefined: in the root. */
  readonly folderId: string | undefined;
  /** A folder cannot go into itself. */
  readonly exceptId?: string;
  readonly action: string;
  readonly back: string;
}

const foldersPerPage = 50;

/** A page to walk through the folders of the site and say "here". */
@injectable()
export class FolderPicker {
  constructor(@inject(Folders) private readonly folders: Folders) {}

  async show(
    ctx: RouteContext<unknown, unknown, unknown>,
    movable: MoveTarget,
    at: { readonly to?: string; readonly after?: string },
    error?: PortalError,
  ): Promise<void> {
    const path = await this.folders.path(ctx.access, at.to);
    const rows = await this.folders.children(ctx.access, at.to, foldersPerPage + 1, at.after);
    const shown = rows.slice(0, foldersPerPage);
    const link = (query: { to?: string; after?: string }): string => withQuery(movable.action, query);
    const model = {
      ...movable,
      title: ctx.text('move.title', { name: movable.name }),
      to: at.to,
      here: path.at(-1)?.name ?? ctx.text('home-folder'),
      isHere: at.to === movable.folderId,
      root: link({}),
      crumbs: path.slice(0, -1).map((step) => ({ name: step.name, href: link({ to: step.id }) })),
      isRoot: path.length === 0,
      folders: shown.filter(({ id }) => id !== movable.exceptId).map(({ id, name }) => ({ name, href: link({ to: id }) })),
      next: rows.length > foldersPerPage ? link({ to: at.to, after: shown.at(-1)?.name }) : undefined,
      error: error?.message,
    };
    ctx.render('move', model, { title: model.title, status: error?.status ?? 200 });
  }

  /** Moves; what is refused is said on the same page. */
  async refusing(
    ctx: RouteContext<unknown, unknown, unknown>,
    movable: MoveTarget,
    to: string | undefined,
    move: () => Promise<void>,
  ): Promise<void> {
    try {
      await move();
    } catch (error) {
      if (!(error instanceof PortalError) || ![400, 409].includes(error.status)) throw error;
      await this.show(ctx, movable, { to }, error);
    }
  }
}
