import type { Readable } from 'node:stream';
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

/** Server-sent events, which nothing on the way may keep back. */
export function eventStream(ctx: AnyContext, stream: Readable): void {
  ctx.set({ 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
  ctx.body = stream;
}

/** The address of the folder in Documents and Media. */
export const folderHref = (folderId: string | null | undefined): string =>
  folderId ? `~/documents-media?folder=${encodeURIComponent(folderId)}` : '~/documents-media';
