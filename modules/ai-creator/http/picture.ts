import type { BlobStore, RouteContext } from '@portico/core';
import type { GeneratedImage } from '../entities/generated-image.js';
import type { UnreadableFile } from '../entities/unreadable-file.js';

/** Says that what follows is a picture, as data that no browser takes for anything else. */
export function setPictureHeaders(ctx: RouteContext<unknown, unknown, unknown>, caching: string): void {
  ctx.set({
    'Cache-Control': caching,
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Content-Disposition': 'inline',
  });
}

/** Answers a picture for its author; it does not change. */
export async function answerPicture(
  ctx: RouteContext<unknown, unknown, unknown>,
  blobs: BlobStore,
  image: GeneratedImage,
): Promise<void> {
  setPictureHeaders(ctx, 'private, max-age=86400, immutable');
  ctx.etag = image.sha256;
  ctx.type = image.mimeType;
  ctx.status = 200;
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = await blobs.open(image.renditionBlob ?? image.originalBlob);
}

/** Answers what came and cannot be read: bytes that no browser opens, only saves. */
export async function answerFile(
  ctx: RouteContext<unknown, unknown, unknown>,
  blobs: BlobStore,
  { blob, name }: UnreadableFile,
): Promise<void> {
  setPictureHeaders(ctx, 'private, no-store');
  ctx.set('Content-Disposition', `attachment; filename="${name}"`);
  ctx.type = 'application/octet-stream';
  ctx.body = await blobs.open(blob);
}
