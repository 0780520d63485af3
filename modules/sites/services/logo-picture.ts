import { invalidInput, type PortalError } from '@portico/core';
import { loadSharp } from '@portico/core/util';

/** A logo as it is kept and shown: a PNG that we made ourselves. */
export interface LogoPicture {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** What may be sent. */
export const mostLogoBytes = 2 * 1024 * 1024;
/** What is kept of it, for screens that show each point twice: at most half a million bytes, however it is drawn. */
const mostWidth = 512;
const mostHeight = 256;
/** More are no logo, and take more memory than the portal gives. */
const mostPixels = 25_000_000;
const seconds = 10;

const formats = new Set(['png', 'jpeg', 'webp', 'gif', 'heif']);
const sentences = {
  vector: 'An SVG picture can hold programs, so it is not taken. Save it as a PNG, then choose that.',
  unreadable: 'This is no picture that can be read. Choose a PNG, JPEG, WebP, AVIF or GIF.',
  tooLarge: 'This picture has more than 25 million pixels. Choose a smaller one.',
} as const;

let last: Promise<unknown> = Promise.resolve();

/**
 * Makes a logo of what somebody sent: decoded as a whole, upright, of its first frame, scaled down, written anew as PNG. Nothing else of the file is kept:
 * no profile, no place, no comment, nothing behind its end. One at a time.
 * @throws PortalError `invalid-input` (400) with a sentence for the field `logo`.
 */
export function logoPicture(sent: Uint8Array): Promise<LogoPicture> {
  const work = last.then(() => encoded(sent));
  last = work.catch(() => undefined);
  return work;
}

async function encoded(sent: Uint8Array): Promise<LogoPicture> {
  if (isVector(sent)) throw refused('vector');
  const sharp = await loadSharp();
  const opened = () => sharp(sent, { failOn: 'error', limitInputPixels: mostPixels }).timeout({ seconds });
  try {
    const { format, compression } = await opened().metadata();
    if (!formats.has(format) || (format === 'heif' && compression !== 'av1')) throw refused('unreadable');
    const { data, info } = await opened()
      .autoOrient()
      .resize({ width: mostWidth, height: mostHeight, fit: 'inside', withoutEnlargement: true })
      .png({ compressionLevel: 9 })
      .toBuffer({ resolveWithObject: true });
    return { bytes: data, width: info.width, height: info.height };
  } catch (error) {
    throw refused(error instanceof Error && error.message.includes('pixel limit') ? 'tooLarge' : 'unreadable');
  }
}

/** Text that begins as a drawing does; whatever else is text is no picture anyway. */
function isVector(sent: Uint8Array): boolean {
  const begin = Buffer.from(sent.subarray(0, 4096)).toString('utf8');
  return /^\uFEFF?\s*<(?:\?xml|!DOCTYPE\s+svg|!--|svg[\s>])/i.test(begin) && /<svg[\s>]/i.test(begin);
}

function refused(why: keyof typeof sentences): PortalError {
  return invalidInput({ logo: sentences[why] }, sentences[why]);
}
