import type { RenderOptions, RouteContext } from '@portico/core';

type AnyContext = RouteContext<unknown, unknown, unknown>;

/** A dialog asks for the fragment alone; anybody else gets the page around it. */
export const isFragment = (ctx: AnyContext): boolean => ctx.get('X-Portico-Fragment') === '1';

/** Scripts ask for JSON; a plain form does not. */
export const wantsJson = (ctx: AnyContext): boolean => ctx.accepts('html', 'json') === 'json';

export const asFragmentOrPage = (ctx: AnyContext, title: string, status = 200): RenderOptions => ({
  title,
  status,
  layout: isFragment(ctx) ? 'none' : 'page',
});

/** The address of the folder in Documents and Media. */
export const folderHref = (folderId: string | null | undefined): string =>
  folderId ? `~/documents-media?folder=${encodeURIComponent(folderId)}` : '~/documents-media';
