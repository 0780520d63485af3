type SharpFactory = typeof import('sharp').default;

let loading: Promise<SharpFactory> | undefined;

/** Sharp is large: it is loaded with the first picture, not with every start. */
export function loadSharp(): Promise<SharpFactory> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    prepare(sharp);
    return sharp;
  });
  return loading;
}

/** Loaders that parse documents, scripts or rare formats stay shut for the whole process. */
function prepare(sharp: SharpFactory): void {
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: ['Jpeg', 'Png', 'Webp', 'Heif'].flatMap((format) => [
      `VipsForeignLoad${format}File`,
      `VipsForeignLoad${format}Buffer`,
    ]),
  });
}
