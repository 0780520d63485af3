import sharp from 'sharp';
import { z } from 'zod';
import { type ProvidedImage, ProviderError } from '../../api/index.js';

const count = z.number().int().min(0).optional().catch(undefined);
/** What is read of an answer; it may hold more. */
const Answer = z.object({
  data: z
    .array(z.object({ b64_json: z.string().min(1).optional(), url: z.string().optional() }))
    .min(1)
    .max(10),
  usage: z.object({ input_tokens: count, output_tokens: count }).optional().catch(undefined),
});

export interface CheckedAnswer {
  readonly images: readonly ProvidedImage[];
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | undefined;
}

/** Pixels of one image; far more than any model makes, far less than a bomb. */
const pixelLimit = 40_000_000;

const bad = (message: string): ProviderError => new ProviderError('bad-answer', message, { maybeCharged: true });

/** Checks the shape of an answer and decodes every image in it; nothing of it is believed. Images that do not decode are left out while one does. */
export async function checkAnswer(answer: unknown): Promise<CheckedAnswer> {
  const parsed = Answer.safeParse(answer);
  if (!parsed.success) throw bad('The answer does not have the shape of an images answer.');
  const { data, usage } = parsed.data;
  if (data.every((image) => image.b64_json === undefined))
    throw bad('The answer has addresses in place of images; they are not fetched.');
  const images: ProvidedImage[] = [];
  let trouble: unknown;
  for (const { b64_json: text } of data) {
    if (text === undefined) continue;
    try {
      images.push(await checkImage(Buffer.from(text, 'base64')));
    } catch (error) {
      trouble = error;
    }
  }
  if (images.length === 0) throw trouble;
  return {
    images,
    usage: usage && { inputTokens: usage.input_tokens ?? 0, outputTokens: usage.output_tokens ?? 0 },
  };
}

const signatures: readonly (readonly [string, (bytes: Buffer) => boolean])[] = [
  ['png', (bytes) => bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))],
  ['jpeg', (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))],
  ['webp', (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP'],
];

/** Only files that begin like a picture reach the decoder, and all their pixels are decoded once. */
async function checkImage(bytes: Buffer): Promise<ProvidedImage> {
  const format = signatures.find(([, matches]) => matches(bytes))?.[0];
  if (!format) throw bad('The answer holds something that is not a png, jpeg or webp image.');
  try {
    await sharp(bytes, { limitInputPixels: pixelLimit, failOn: 'warning' }).timeout({ seconds: 20 }).raw().toBuffer();
  } catch {
    throw bad(`The answer holds a ${format} image that cannot be decoded, or is too large.`);
  }
  return { bytes };
}
