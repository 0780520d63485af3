import { loadSharp } from '@portico/core/util';
import { ProviderError } from './provider-error.js';

let last: Promise<unknown> = Promise.resolve();

/** One picture is decoded at a time: it is work for a processor of its own, and others want to be answered meanwhile. */
export function withSemaphore<T>(work: () => Promise<T>): Promise<T> {
  const turn = last.then(work);
  last = turn.catch(() => undefined);
  return turn;
}

/** Pixels of one image: sixteen times what is asked for, far less than a bomb. */
export const pixelLimit = 4096 * 4096;

const bad = (message: string): ProviderError => new ProviderError('invalid-response', message, { maybeCharged: true });

const signatures: readonly (readonly [string, (bytes: Buffer) => boolean])[] = [
  ['png', (bytes) => bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))],
  ['jpeg', (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))],
  ['webp', (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP'],
];

/** Files that were decoded once already. */
const decoded = new WeakSet<Uint8Array>();

function formatOf(content: Uint8Array): string | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return signatures.find(([, matches]) => matches(bytes))?.[0];
}

/** Whether a file begins like one that may reach the decoder. */
export const looksLikePicture = (content: Uint8Array): boolean => formatOf(content) !== undefined;

/** Only files that begin like a picture reach the decoder, and all their pixels are decoded once. @throws ProviderError `invalid-response` */
export async function checkImage(content: Uint8Array): Promise<void> {
  if (decoded.has(content)) return;
  const format = formatOf(content);
  if (!format) throw bad('The answer holds something that is not a png, jpeg or webp image.');
  try {
    await withSemaphore(() => decode(content));
  } catch {
    throw bad(`The answer holds a ${format} image that cannot be decoded, or is too large.`);
  }
  decoded.add(content);
}

/**
 * Every row goes through the decoder and is scaled away: the pixels are never in memory all at once. A decoder that only warns is content, as it is
 * with what people upload.
 */
async function decode(content: Uint8Array): Promise<void> {
  const sharp = await loadSharp();
  await sharp(content, { limitInputPixels: pixelLimit, failOn: 'error', sequentialRead: true })
    .resize(8, 8, { fit: 'fill', kernel: 'cubic', fastShrinkOnLoad: false })
    .timeout({ seconds: 20 })
    .raw()
    .toBuffer();
}
