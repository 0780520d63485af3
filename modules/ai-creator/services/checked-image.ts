import { loadSharp } from '@portico/core';
import { ProviderError } from '../api/index.js';

/** Pixels of one image; far more than any model makes, far less than a bomb. */
export const pixelLimit = 40_000_000;

const bad = (message: string): ProviderError => new ProviderError('bad-answer', message, { maybeCharged: true });

const signatures: readonly (readonly [string, (bytes: Buffer) => boolean])[] = [
  ['png', (bytes) => bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))],
  ['jpeg', (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))],
  ['webp', (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP'],
];

/** Only files that begin like a picture reach the decoder, and all their pixels are decoded once. @throws ProviderError `bad-answer` */
export async function checkImage(content: Uint8Array): Promise<void> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const format = signatures.find(([, matches]) => matches(bytes))?.[0];
  if (!format) throw bad('The answer holds something that is not a png, jpeg or webp image.');
  const sharp = await loadSharp();
  try {
    await sharp(bytes, { limitInputPixels: pixelLimit, failOn: 'warning' }).timeout({ seconds: 20 }).raw().toBuffer();
  } catch {
    throw bad(`The answer holds a ${format} image that cannot be decoded, or is too large.`);
  }
}
