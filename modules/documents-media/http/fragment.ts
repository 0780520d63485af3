import type { RenderOptions, RouteContext } from '@portico/core';

/** A dialog asks for the fragment alone; anybody else gets the page around it. */
export function isFragment(ctx: RouteContext<unknown, unknown, unknown>): boolean {
  return ctx.get('X-Portico-Fragment') === '1';
}

export function fragmentOptions(ctx: RouteContext<unknown, unknown, unknown>, title: string, status = 200): RenderOptions {
  return { title, status, layout: isFragment(ctx) ? 'none' : 'page' };
}

/** Scripts ask for JSON; a plain form does not. */
export function wantsJson(ctx: RouteContext<unknown, unknown, unknown>): boolean {
  return ctx.accepts('html', 'json') === 'json';
}
