import { MetadataRemovalError } from './patches.js';

const broken = (): MetadataRemovalError => new MetadataRemovalError('a drawing in it is broken');

/**
 * An SVG, EMF or WMF that lies in a document, without what it says about its making: descriptions of programs, metadata elements, what editors note beside
 * shapes, comments. Its length stays, and so does what is seen.
 * @throws MetadataRemovalError for what is none of these, or broken, and for an SVG that carries pictures.
 */
export function drawingWithoutMetadata(content: Buffer): Buffer {
  if (content.length > 88 && content.readUInt32LE(0) === 1 && content.toString('latin1', 40, 44) === ' EMF')
    return withoutDescription(content);
  if (isWmf(content)) return withoutEscapes(content);
  const text = content.toString('latin1');
  if (/^(?:\xef\xbb\xbf)?\s*</.test(text)) return Buffer.from(withoutNotes(text), 'latin1');
  throw new MetadataRemovalError('a drawing in it is of another kind than its name says');
}

const comment = 70;
/** What draws: EMF+, and groups of GDI. All others are notes of programs. */
const drawing = new Set(['EMF+', 'GDIC']);

function withoutDescription(content: Buffer): Buffer {
  const bytes = Buffer.from(content);
  const [characters, place] = [bytes.readUInt32LE(60), bytes.readUInt32LE(64)];
  if (place + characters * 2 > bytes.length) throw broken();
  if (characters > 0) bytes.fill(0, place, place + characters * 2);
  bytes.fill(0, 60, 68);
  for (let at = 0; at + 16 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    if (length < 8 || at + length > bytes.length) throw broken();
    if (bytes.readUInt32LE(at) === comment && !drawing.has(bytes.toString('latin1', at + 12, at + 16)))
      bytes.fill(0, at + 12, at + length);
    at += length;
  }
  return bytes;
}

const placeable = 0x9ac6cdd7;
const wmfHead = 18;
const escapeRecord = 0x0626;
/** The escape that carries a comment. */
const comments = 15;

const headOf = (content: Buffer): number => (content.length > 40 && content.readUInt32LE(0) === placeable ? 22 : 0);
const isWmf = (content: Buffer): boolean => {
  const head = headOf(content);
  return content.length > head + wmfHead && [1, 2].includes(content.readUInt16LE(head)) && content.readUInt16LE(head + 2) === 9;
};

function withoutEscapes(content: Buffer): Buffer {
  const bytes = Buffer.from(content);
  for (let at = headOf(bytes) + wmfHead; at + 6 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at) * 2;
    if (length < 6 || at + length > bytes.length) throw broken();
    if (length > 10 && bytes.readUInt16LE(at + 4) === escapeRecord && bytes.readUInt16LE(at + 6) === comments)
      bytes.fill(0, at + 10, at + length);
    at += length;
  }
  return bytes;
}

const editors = /\s(?:inkscape|sodipodi):[\w-]+\s*=\s*(?:"[^"]*"|'[^']*')/g;
const elements = ['metadata', 'svg:metadata', 'sodipodi:namedview'];

function withoutNotes(text: string): string {
  if (/data:(?:image|application)\//i.test(text)) throw new MetadataRemovalError('a drawing in it carries other pictures');
  let left = blanked(text, '<!--', (start) => endOf(text, '-->', start));
  for (const name of elements) {
    const whole = left;
    left = blanked(whole, `<${name}`, (start) => {
      if (!/[\s/>]/.test(whole[start + name.length + 1] ?? '')) return undefined;
      const tag = endOf(whole, '>', start);
      return whole[tag - 2] === '/' ? tag : endOf(whole, '>', endOf(whole, `</${name}`, tag));
    });
  }
  return left.replace(editors, (attribute) => ' '.repeat(attribute.length));
}

function endOf(text: string, sign: string, from: number): number {
  const found = text.indexOf(sign, from);
  if (found < 0) throw broken();
  return found + sign.length;
}

/** Blanks from each sign to its end; one without an end stays. */
function blanked(text: string, sign: string, end: (start: number) => number | undefined): string {
  const parts: string[] = [];
  let done = 0;
  for (let start = text.indexOf(sign); start >= 0; start = text.indexOf(sign, Math.max(done, start + 1))) {
    const stop = end(start);
    if (stop === undefined) continue;
    parts.push(text.slice(done, start), ' '.repeat(stop - start));
    done = stop;
  }
  return parts.join('') + text.slice(done);
}
