import type { BlobStore, RouteContext } from '@portico/core';
import type { GeneratedImage } from '../entities/generated-image.js';

/** Answers a picture for its maker: as data that no browser takes for anything else, and that does not change. */
export async function answerPicture(
  ctx: RouteContext<unknown, unknown, unknown>,
  blobs: BlobStore,
  image: GeneratedImage,
): Promise<void> {
  ctx.set({
    'Cache-Control': 'private, max-age=86400, immutable',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Content-Disposition': 'inline',
  });
  ctx.etag = image.sha256;
  ctx.type = image.mimeType;
  ctx.status = 200;
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = await blobs.open(image.renditionBlob ?? image.originalBlob);
}
