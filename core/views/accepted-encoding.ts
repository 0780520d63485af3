import type { Context } from 'koa';

/**
 * The first of the encodings, ours in the order in which we like them, that the client takes; undefined when it takes none. Each is asked for
 * by itself: browsers weigh all alike, and koa would then choose by the order of their header, which has gzip first.
 */
export function acceptedEncoding<E extends string>(
  ctx: Pick<Context, 'acceptsEncodings' | 'get'>,
  encodings: readonly E[],
): E | undefined {
  const header = ctx.get('Accept-Encoding');
  // Without the header koa takes the content as it is; there is nothing to read.
  if (header === '') return undefined;
  const question = `${encodings.join()} ${header}`;
  if (answers.has(question)) return answers.get(question) as E | undefined;
  const answer = encodings.find((encoding) => ctx.acceptsEncodings(encoding, 'identity') === encoding);
  if (answers.size >= mostAnswers) answers.clear();
  if (header.length <= longestHeader) answers.set(question, answer);
  return answer;
}

/** Browsers say the same few things with every request. */
const answers = new Map<string, string | undefined>();
const mostAnswers = 200;
const longestHeader = 200;
