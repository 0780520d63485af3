import type { EditOrder } from './edit-request.js';
import type { ImageOrder } from './image-request.js';

const outputTokens: Readonly<Record<string, number>> = { low: 272, medium: 1056, high: 4160, auto: 1056 };

/** Tokens of a picture that is read: one for each square of 32 pixels. */
const imageTokens = (order: ImageOrder | EditOrder): number =>
  'source' in order ? Math.ceil((order.width * order.height) / 32 ** 2) : 0;

/** The body of an answer with pictures. */
export function answerOf(order: ImageOrder | EditOrder, data: readonly object[], now: Date, countsTokens: boolean): object {
  const created = Math.floor(now.getTime() / 1000);
  if (!countsTokens) return { created, data };
  const text = Math.ceil(order.prompt.length / 4);
  const image = imageTokens(order);
  const input = text + image;
  const output = (outputTokens[order.quality] ?? 1056) * data.length;
  return {
    created,
    background: 'opaque',
    output_format: order.format,
    quality: order.quality,
    size: order.size,
    data,
    usage: {
      input_tokens: input,
      input_tokens_details: { image_tokens: image, text_tokens: text },
      output_tokens: output,
      total_tokens: input + output,
    },
  };
}
