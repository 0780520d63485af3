import type { Context } from 'koa';

/**
 * The first of the encodings, ours in the order in which we like them, that the client takes; undefined when it takes none. Each is asked for
 * by itself: browsers weigh all alike, and koa would then choose by the order of their header, which has gzip first.
 */
export function acceptedEncoding<E extends string>(
  ctx: Pick<Context, 'acceptsEncodings'>,
  encodings: readonly E[],
): E | undefined {
  return encodings.find((encoding) => ctx.acceptsEncodings(encoding, 'identity') === encoding);
}
