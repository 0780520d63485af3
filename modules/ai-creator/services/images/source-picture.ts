import type { SourceImage } from '@portico/ai-providers/api';
import { loadSharp } from '@portico/core';

/** Pixels of a document that is read; each side of what is sent. */
const pixelLimit = 64_000_000;
const side = 2048;

/**
 * A picture as it may leave the portal: upright, no larger than any model looks at, png or jpeg, which every service reads, and without
 * what a camera wrote into it, such as the place. Undefined when it cannot be decoded, or is too large.
 */
export async function sourcePicture(bytes: Buffer): Promise<SourceImage | undefined> {
  const sharp = await loadSharp();
  try {
    const picture = sharp(bytes, { limitInputPixels: pixelLimit, failOn: 'error' }).timeout({ seconds: 20 });
    const { format, hasAlpha } = await picture.metadata();
    const small = picture.autoOrient().resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
    if (format === 'png' || hasAlpha) return { bytes: await small.png().toBuffer(), mimeType: 'image/png' };
    return { bytes: await small.jpeg({ quality: 92 }).toBuffer(), mimeType: 'image/jpeg' };
  } catch {
    return undefined;
  }
}
