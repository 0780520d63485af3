import { loadSharp } from '@portico/core';
import type { PictureFormat } from './painter.js';

/** How much of the source can be seen through. */
const share = 0.6;

/** A new scene under the picture that it derives from: one sees both. */
export async function variation(
  scene: Buffer,
  source: Buffer,
  { width, height, format }: { readonly width: number; readonly height: number; readonly format: PictureFormat },
): Promise<Buffer> {
  const sharp = await loadSharp();
  const over = await sharp(source)
    .autoOrient()
    .resize(width, height, { fit: 'cover' })
    .flatten({ background: '#ffffff' })
    .ensureAlpha(share)
    .png({ compressionLevel: 1 })
    .toBuffer();
  const mixed = sharp(scene)
    .composite([{ input: over }])
    .removeAlpha();
  if (format === 'jpeg') return mixed.jpeg({ quality: 88 }).toBuffer();
  return format === 'webp' ? mixed.webp({ quality: 88 }).toBuffer() : mixed.png({ compressionLevel: 5 }).toBuffer();
}
