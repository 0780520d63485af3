import { MetadataRemovalError } from './patches.js';

/**
 * A JPEG, PNG or GIF that lies in a document, without what it says about its making: EXIF, XMP, IPTC, comments, times, and whatever programs and telephones put
 * behind its end. What is seen, and its colours, stay byte for byte.
 * @throws MetadataRemovalError for what is none of these, or broken.
 */
export function pictureWithoutMetadata(content: Uint8Array): Uint8Array {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const begins = bytes.toString('latin1', 0, 6);
  if (begins.startsWith('\xff\xd8')) return withoutSegments(bytes);
  if (begins === '\x89PNG\r\n') return withoutChunks(bytes);
  if (/^GIF8[79]a$/.test(begins)) return withoutExtensions(bytes);
  throw new MetadataRemovalError('a picture in it is of another kind than its name says');
}

const broken = (): MetadataRemovalError => new MetadataRemovalError('a picture in it is broken');

/** Segments of programs that belong to the picture: JFIF, Adobe's colours, and of APP2 the colour profile. */
const jpeg = { kept: new Set([0xe0, 0xee]), profile: 0xe2, firstApp: 0xe0, lastApp: 0xef, comment: 0xfe, scan: 0xda, end: 0xd9 };

/** Segments up to the end of the first image: behind it stand further ones with metadata of their own, or a film. */
function withoutSegments(bytes: Buffer): Buffer {
  const parts: Buffer[] = [bytes.subarray(0, 2)];
  for (let at = 2; at + 1 < bytes.length; ) {
    const marker = bytes[at + 1] as number;
    // Decoders pass over what stands between segments, and markers may have more than one 0xff before them.
    if (bytes[at] !== 0xff || marker === 0xff || marker === 0) {
      at += 1;
      continue;
    }
    if (marker === jpeg.end) return Buffer.concat([...parts, bytes.subarray(at, at + 2)]);
    const segment = at + 4 > bytes.length ? bytes.length : Math.min(at + 2 + bytes.readUInt16BE(at + 2), bytes.length);
    const end = marker === jpeg.scan ? endOfScan(bytes, segment) : segment;
    if (stays(marker, bytes.toString('latin1', at + 4, at + 15))) parts.push(bytes.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

function stays(marker: number, name: string): boolean {
  if (marker === jpeg.profile) return name === 'ICC_PROFILE';
  return jpeg.kept.has(marker) || (marker !== jpeg.comment && (marker < jpeg.firstApp || marker > jpeg.lastApp));
}

/** In the picture itself 0xff is followed by zero, or by the number of a restart. */
function endOfScan(bytes: Buffer, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at)) {
    const next = bytes[at + 1] as number;
    if (next === 0xff) at += 1;
    else if (next === 0 || (next >= 0xd0 && next <= 0xd7)) at += 2;
    else return at;
  }
  return bytes.length;
}

/** Ancillary chunks that change what is seen: transparency, colours, size, animation. */
const shownChunks = new Set(
  'tRNS gAMA cHRM sRGB iCCP cICP mDCV mDCv cLLI cLLi sBIT bKGD hIST sPLT pHYs acTL fcTL fdAT'.split(' '),
);

function withoutChunks(bytes: Buffer): Buffer {
  const parts: Buffer[] = [bytes.subarray(0, 8)];
  for (let at = 8, isOver = false; !isOver; ) {
    if (at + 12 > bytes.length) throw broken();
    const type = bytes.toString('latin1', at + 4, at + 8);
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw broken();
    // A capital at the beginning: no picture without it.
    if (/^[A-Z]/.test(type) || shownChunks.has(type)) parts.push(bytes.subarray(at, end));
    isOver = type === 'IEND';
    at = end;
  }
  return Buffer.concat(parts);
}

const gif = { image: 0x2c, extension: 0x21, end: 0x3b, comment: 0xfe, application: 0xff };
/** What says how often an animation is repeated. */
const repetition = /^(?:NETSCAPE2\.0|ANIMEXTS1\.0)$/;

function withoutExtensions(bytes: Buffer): Buffer {
  const head = 13 + colors(bytes[10]);
  const parts: Buffer[] = [bytes.subarray(0, head)];
  for (let at = head; ; ) {
    const [kind, label] = [bytes[at], bytes[at + 1]];
    if (kind === gif.end) return Buffer.concat([...parts, bytes.subarray(at, at + 1)]);
    if (kind !== gif.image && kind !== gif.extension) throw broken();
    const end = endOfBlocks(bytes, kind === gif.image ? at + 11 + colors(bytes[at + 9]) : at + 2);
    const isProgram = label === gif.application && !repetition.test(bytes.toString('latin1', at + 3, at + 14));
    if (kind === gif.image || (label !== gif.comment && !isProgram)) parts.push(bytes.subarray(at, end));
    at = end;
  }
}

/** Bytes of the table of colours that flags announce. */
const colors = (flags = 0): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));

/** Blocks, each with its length, and one without any at the end. */
function endOfBlocks(bytes: Buffer, start: number): number {
  for (let at = start; ; ) {
    const length = bytes[at];
    if (length === undefined) throw broken();
    at += 1 + length;
    if (length === 0) return at;
  }
}

/** Boxes of JPEG 2000 that no decoder needs. */
const notes = new Set(['xml ', 'uuid', 'uinf', 'jp2i', 'asoc', 'lbl ', 'free']);
const codestream = { begin: 0xff4f, comment: 0xff64, tile: 0xff90 };

/**
 * A JPEG 2000 picture of a PDF without XML, UUIDs (EXIF, XMP, IPTC) and comments. Its length stays.
 * @throws MetadataRemovalError when it is none, or broken.
 */
export function jpeg2000WithoutMetadata(content: Uint8Array): Uint8Array {
  const bytes = Buffer.from(content);
  if (bytes.length > 2 && bytes.readUInt16BE(0) === codestream.begin) return withoutCodeComments(bytes, 0);
  if (bytes.toString('latin1', 4, 8) !== 'jP  ') throw broken();
  for (let at = 0; at + 8 <= bytes.length; ) {
    const said = bytes.readUInt32BE(at);
    const [head, length] =
      said === 1 && at + 16 <= bytes.length ? [16, Number(bytes.readBigUInt64BE(at + 8))] : [8, said || bytes.length - at];
    if (length < head || at + length > bytes.length) throw broken();
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (notes.has(type)) bytes.fill(0, at + head, at + length).write('free', at + 4, 'latin1');
    if (type === 'jp2c') withoutCodeComments(bytes, at + head);
    at += length;
  }
  return bytes;
}

/** Comments stand in the main header, each a segment; the first part of a tile ends it. */
function withoutCodeComments(bytes: Buffer, begin: number): Buffer {
  for (let at = begin + 2; at + 4 <= bytes.length && bytes.readUInt16BE(at) !== codestream.tile; ) {
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if ((bytes[at] ?? 0) !== 0xff || end > bytes.length) throw broken();
    if (bytes.readUInt16BE(at) === codestream.comment) bytes.fill(0x20, at + 6, end);
    at = end;
  }
  return bytes;
}
