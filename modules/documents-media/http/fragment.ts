import type { RouteContext } from '@portico/core';

/** A dialog asks for the fragment alone; anybody else gets the page around it. */
export function isFragment(ctx: RouteContext<unknown, unknown, unknown>): boolean {
  return ctx.get('X-Portico-Fragment') === '1';
}

export function renderFragment(
  ctx: RouteContext<unknown, unknown, unknown>,
  view: string,
  model: { readonly title: string },
  { status = 200, note }: { readonly status?: number; readonly note?: string | undefined } = {},
): void {
  const layout = isFragment(ctx) ? 'none' : 'page';
  ctx.render(view, { ...model, isPage: layout === 'page' }, { title: model.title, status, layout, note });
}

/** Scripts ask for JSON; a plain form does not. */
export function wantsJson(ctx: RouteContext<unknown, unknown, unknown>): boolean {
  return ctx.accepts('html', 'json') === 'json';
}
