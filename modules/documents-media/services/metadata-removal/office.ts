import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, inflateRaw } from 'node:zlib';
import { jpegWithoutMetadata } from './jpeg.js';
import { type FileReader, MetadataStays, type Patch } from './patches.js';

const inflate = promisify(inflateRaw);
const deflate = promisify(deflateRaw);

/** One file in the archive, as its directory says. */
interface Entry {
  readonly name: string;
  /** Where its line in the directory begins. */
  readonly listed: number;
  readonly flags: number;
  readonly method: number;
  readonly packed: number;
  readonly local: number;
}

const stored = 0;
const deflated = 8;
const encrypted = 1;
const sizesFollow = 8;
/** A document has some hundreds of parts. */
const mostEntries = 10_000;
/** Of one picture that is looked at. */
const mostBytes = 64 * 1024 * 1024;

const officeXml = 'http://schemas.openxmlformats.org/officeDocument/2006';
/** The parts that say who made a document, with which program, when and for whom; each becomes one that says nothing. */
const properties: Readonly<Record<string, string>> = {
  'docProps/core.xml': '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
  'docProps/app.xml': `<Properties xmlns="${officeXml}/extended-properties"/>`,
  'docProps/custom.xml': `<Properties xmlns="${officeXml}/custom-properties"/>`,
  'meta.xml':
    '<o:document-meta xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" o:version="1.2"><o:meta/></o:document-meta>',
};

/**
 * Word, Excel, PowerPoint and OpenDocument files: ZIP archives with parts of known names. The properties become empty ones and JPEG pictures lose
 * their metadata; each part keeps the room that it had, so that the directory stays true. Names beside comments and changes stay: they are
 * part of what is read.
 * @throws MetadataStays
 */
export async function officePatches(file: FileReader): Promise<readonly Patch[]> {
  const patches: Patch[] = [];
  for (const entry of await entriesOf(file)) {
    if (entry.flags & encrypted) throw new MetadataStays('the document is encrypted');
    const empty = properties[entry.name];
    const isPicture = /\.jpe?g$/i.test(entry.name);
    if (empty !== undefined) patches.push(...(await replaced(file, entry, Buffer.from(empty))));
    else if (isPicture) patches.push(...(await cleanPicture(file, entry)));
    else if (/\.(?:tiff?|heic|heif|avif|mp4|mov|m4a|m4v)$/i.test(entry.name))
      throw new MetadataStays('the document has pictures or films of other kinds in it');
  }
  return patches;
}

async function cleanPicture(file: FileReader, entry: Entry): Promise<readonly Patch[]> {
  const { content } = await placeOf(file, entry);
  const packed = await file.read(content, entry.packed);
  const picture = entry.method === stored ? Buffer.from(packed) : await unpack(packed);
  const clean = jpegWithoutMetadata(picture);
  if (clean.length === picture.length) return [];
  return replaced(file, entry, clean);
}

async function unpack(packed: Buffer): Promise<Buffer> {
  try {
    return await inflate(packed, { maxOutputLength: mostBytes });
  } catch {
    throw new MetadataStays('a picture in it cannot be read');
  }
}

async function replaced(file: FileReader, entry: Entry, content: Uint8Array): Promise<readonly Patch[]> {
  const { content: start } = await placeOf(file, entry);
  const { bytes, unpacked } = await packedTo(entry, content);
  const facts = Buffer.alloc(12);
  facts.writeUInt32LE(crc32(unpacked), 0);
  facts.writeUInt32LE(entry.packed, 4);
  facts.writeUInt32LE(unpacked.length, 8);
  const patches: Patch[] = [
    { offset: entry.listed + 16, length: 12, bytes: facts },
    { offset: start, length: entry.packed, bytes },
  ];
  if ((entry.flags & sizesFollow) === 0) return [...patches, { offset: entry.local + 14, length: 12, bytes: facts }];
  const behind = start + entry.packed;
  const hasName = (await file.read(behind, 4)).readUInt32LE(0) === 0x08074b50;
  return [...patches, { offset: behind + (hasName ? 4 : 0), length: 12, bytes: facts }];
}

const blockHead = 5;
const blockBytes = 0xffff;

/**
 * Content in exactly the room that the part had, by the method that it had. The rest is filled up behind it, where nothing reads it: by blanks in XML,
 * by zeros in pictures; in a part that is deflated by blocks that are not compressed, each with a head of five bytes.
 */
async function packedTo(
  { method, packed: room }: Entry,
  content: Uint8Array,
): Promise<{ readonly bytes: Buffer; readonly unpacked: Buffer }> {
  const begun =
    method === stored
      ? content
      : await deflate(content, { level: constants.Z_BEST_COMPRESSION, finishFlush: constants.Z_SYNC_FLUSH });
  const rest = room - begun.length;
  const blocks = method === stored ? 0 : Math.max(1, Math.ceil(rest / (blockBytes + blockHead)));
  const more = rest - blocks * blockHead;
  if (more < 0) throw new MetadataStays('a part of the document leaves no room');
  const filling = Buffer.alloc(more, content[0] === '<'.charCodeAt(0) ? ' ' : 0);
  const parts: Uint8Array[] = [begun];
  if (method === stored) parts.push(filling);
  for (let index = 0; index < blocks; index += 1) {
    const block = filling.subarray(index * blockBytes, (index + 1) * blockBytes);
    const head = Buffer.alloc(blockHead);
    head[0] = index === blocks - 1 ? 1 : 0;
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(~block.length & 0xffff, 3);
    parts.push(head, block);
  }
  return { bytes: Buffer.concat(parts), unpacked: Buffer.concat([content, filling]) };
}

async function placeOf(file: FileReader, { name, local, method, packed }: Entry): Promise<{ readonly content: number }> {
  if (method !== stored && method !== deflated) throw new MetadataStays('a part of the document is packed in another way');
  const head = await file.read(local, 30);
  if (head.readUInt32LE(0) !== 0x04034b50) throw new MetadataStays(`the part ${name} is not where it should be`);
  const content = local + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
  if (content + packed > file.size) throw new MetadataStays('a part of the document is cut off');
  return { content };
}

async function entriesOf(file: FileReader): Promise<readonly Entry[]> {
  const tail = Math.min(file.size, 22 + 0xffff);
  const last = Buffer.from(await file.read(file.size - tail, tail));
  const end = last.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || end + 22 > last.length) throw new MetadataStays('the directory of the document is missing');
  const count = last.readUInt16LE(end + 10);
  let at = last.readUInt32LE(end + 16);
  if (count > mostEntries || at === 0xffffffff) throw new MetadataStays('the document has too many parts');
  const entries: Entry[] = [];
  for (let index = 0; index < count; index += 1) {
    const head = Buffer.from(await file.read(at, 46));
    if (head.readUInt32LE(0) !== 0x02014b50) throw new MetadataStays('the directory of the document is broken');
    const nameBytes = head.readUInt16LE(28);
    entries.push({
      name: (await file.read(at + 46, nameBytes)).toString('utf8'),
      listed: at,
      flags: head.readUInt16LE(8),
      method: head.readUInt16LE(10),
      packed: head.readUInt32LE(20),
      local: head.readUInt32LE(42),
    });
    at += 46 + nameBytes + head.readUInt16LE(30) + head.readUInt16LE(32);
  }
  return entries;
}
