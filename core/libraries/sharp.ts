export type { Sharp } from 'sharp';

type SharpFactory = typeof import('sharp').default;

let loading: Promise<SharpFactory> | undefined;

/**
 * Decodes, measures, scales and encodes pictures. Large: it is loaded with the first picture, not with every start, and by nobody in
 * any other way, because what it may read is decided here.
 */
export function loadSharp(): Promise<SharpFactory> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    prepare(sharp);
    return sharp;
  });
  return loading;
}

/** Loaders that parse documents, scripts or rare formats stay shut for the whole process; Documents and Media reads these five formats. */
function prepare(sharp: SharpFactory): void {
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: ['Jpeg', 'Png', 'Webp', 'Heif', 'Nsgif'].flatMap((format) => [
      `VipsForeignLoad${format}File`,
      `VipsForeignLoad${format}Buffer`,
    ]),
  });
}
