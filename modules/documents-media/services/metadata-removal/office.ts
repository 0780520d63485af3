import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, inflateRaw } from 'node:zlib';
import { drawingWithoutMetadata } from './drawings.js';
import { FileReader, MetadataRemovalError, type Patch, patched } from './patches.js';
import { pictureWithoutMetadata } from './pictures.js';

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
const endOfDirectory = 0x06054b50;
/** A workbook behind a chart of a document is the usual case. */
const deepest = 2;
/** A document has some hundreds of parts. */
const mostEntries = 10_000;
/** Of one part that is looked at. */
const mostBytes = 64 * 1024 * 1024;

const officeXml = 'http://schemas.openxmlformats.org/officeDocument/2006';
const coreProperties = '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>';
/** The parts that say who made a document, with which program, when and for whom; each becomes one that says nothing. */
const properties: readonly (readonly [name: RegExp, empty: string])[] = [
  [/^docProps\/core\d*\.xml$/i, coreProperties],
  // As the packages of .NET call it.
  [/\.psmdcp$/i, coreProperties],
  [/^docProps\/app\d*\.xml$/i, `<Properties xmlns="${officeXml}/extended-properties"/>`],
  [/^docProps\/custom\d*\.xml$/i, `<Properties xmlns="${officeXml}/custom-properties"/>`],
  // An object within an OpenDocument file has its own.
  [
    /(?:^|\/)meta\.xml$/,
    '<o:document-meta xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" o:version="1.2"><o:meta/></o:document-meta>',
  ],
];
/** Where Excel last saw the file, which names the computer and the person; it asks nobody for it. */
const savedAt = /<(\w+):absPath\b[^>]*?(?:\/>|>[^<]*<\/\1:absPath>)/g;

/** What Excel and PowerPoint keep of a printer: its name, its driver, and what else that noted. Programs ask for another one when there is none. */
const printer = /(?:^|\/)printerSettings\d*\.bin$/i;
/** The same in OpenDocument, and whose data letters were merged with; base64 or words, never markup. */
const openSettings = /(?:^|\/)settings\.xml$/;
const printers =
  /(<config:config-item [^<>]*config:name="(?:PrinterName|PrinterSetup|PrintFaxName|CurrentDatabaseDataSource|CurrentDatabaseCommand)"[^<>]*>)([^<]+)/g;

const drawings = /\.(?:svg|emf|wmf)$/i;
const pictures = /\.(?:jpe?g|jpe|jfif|png|gif)$/i;
const others = /\.(?:tiff?|heic|heif|avif|webp|mp4|mov|m4a|m4v|mp3|wav|wma|wmv|avi|jp2|j2k|jpx|jxr|wdp|svgz|emz|wmz|pict?|pcz)$/i;
const embedded = /(?:^|\/)embeddings\/[^/]+$/i;
const officeDocument = /\.(?:docx|docm|xlsx|xlsm|xlsb|pptx|pptm|sldx|sldm)$/i;

/**
 * Word, Excel, PowerPoint and OpenDocument files: ZIP archives with parts of known names. The properties become empty ones, pictures and drawings lose their metadata,
 * and so do workbooks behind charts and other documents within; each part keeps the room that it had, so that the directory stays true. Names beside
 * comments and changes stay: they are part of what is read.
 * @throws MetadataRemovalError
 */
export const officePatches = (file: FileReader): Promise<readonly Patch[]> => documentPatches(file, 0);

async function documentPatches(file: FileReader, depth: number): Promise<readonly Patch[]> {
  if (depth > deepest) throw new MetadataRemovalError('documents lie within documents too deep');
  const patches: Patch[] = [];
  for (const entry of await entriesOf(file)) {
    if (entry.flags & encrypted) throw new MetadataRemovalError('the document is encrypted');
    patches.push(...(await partPatches(file, entry, depth)));
  }
  return patches;
}

async function partPatches(file: FileReader, entry: Entry, depth: number): Promise<readonly Patch[]> {
  const { name } = entry;
  const empty = properties.find(([pattern]) => pattern.test(name))?.[1];
  if (empty !== undefined) return replaced(file, entry, Buffer.from(empty));
  if (others.test(name)) throw new MetadataRemovalError('the document has pictures, films or sound of other kinds in it');
  if (pictures.test(name)) return changed(file, entry, async (picture) => pictureWithoutMetadata(picture));
  if (printer.test(name)) return replaced(file, entry, Buffer.alloc(0));
  if (drawings.test(name)) return changed(file, entry, async (drawing) => drawingWithoutMetadata(drawing));
  if (openSettings.test(name)) return changed(file, entry, async (settings) => withoutPrinter(settings));
  if (/^xl\/workbook\.xml$/i.test(name)) return changed(file, entry, async (workbook) => withoutPath(workbook));
  if (!embedded.test(name)) return [];
  if (!officeDocument.test(name)) throw new MetadataRemovalError('the document carries other files');
  return within(file, entry, depth + 1);
}

/** What becomes of a part; nothing when it stays as it is. */
async function changed(
  file: FileReader,
  entry: Entry,
  change: (content: Buffer) => Promise<Uint8Array>,
): Promise<readonly Patch[]> {
  const before = await contentOf(file, entry);
  const after = await change(before);
  return before.equals(after) ? [] : replaced(file, entry, after);
}

function withoutPath(workbook: Buffer): Buffer {
  return Buffer.from(
    workbook.toString('latin1').replace(savedAt, (path) => ' '.repeat(path.length)),
    'latin1',
  );
}

function withoutPrinter(settings: Buffer): Buffer {
  const blank = (_: string, tag: string, said: string): string => tag + ' '.repeat(said.length);
  return Buffer.from(settings.toString('latin1').replace(printers, blank), 'latin1');
}

/**
 * A document within a document: it is patched as its own file would be. What its part has of room beyond it becomes the comment of its archive, so that
 * nothing stands behind its end.
 */
async function within(file: FileReader, entry: Entry, depth: number): Promise<readonly Patch[]> {
  const before = await contentOf(file, entry);
  const inner = patched(before, await documentPatches(FileReader.of(before), depth));
  if (before.equals(inner)) return [];
  const comment = inner.length - 2;
  if (inner.readUInt32LE(inner.length - 22) !== endOfDirectory)
    throw new MetadataRemovalError('a document in it does not end as it should');
  for (let tries = 0; tries < 8; tries += 1) {
    const { unpacked } = await packedTo(entry, inner, 0);
    const more = unpacked.length - inner.length;
    if (more === inner.readUInt16LE(comment)) return replaced(file, entry, inner, 0);
    if (more > 0xffff) break;
    inner.writeUInt16LE(more, comment);
  }
  throw new MetadataRemovalError('a document in it leaves no room');
}

async function contentOf(file: FileReader, entry: Entry): Promise<Buffer> {
  const { content } = await placeOf(file, entry);
  const packed = await file.read(content, entry.packed);
  return entry.method === stored ? Buffer.from(packed) : unpack(packed);
}

async function unpack(packed: Buffer): Promise<Buffer> {
  try {
    return await inflate(packed, { maxOutputLength: mostBytes });
  } catch {
    throw new MetadataRemovalError('a part of it cannot be read');
  }
}

async function replaced(
  file: FileReader,
  entry: Entry,
  content: Uint8Array,
  filler: ' ' | 0 = content[0] === '<'.charCodeAt(0) ? ' ' : 0,
): Promise<readonly Patch[]> {
  const { content: start } = await placeOf(file, entry);
  const { bytes, unpacked } = await packedTo(entry, content, filler);
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
  filler: ' ' | 0,
): Promise<{ readonly bytes: Buffer; readonly unpacked: Buffer }> {
  const begun =
    method === stored
      ? content
      : await deflate(content, { level: constants.Z_BEST_COMPRESSION, finishFlush: constants.Z_SYNC_FLUSH });
  const rest = room - begun.length;
  const blocks = method === stored ? 0 : Math.max(1, Math.ceil(rest / (blockBytes + blockHead)));
  const more = rest - blocks * blockHead;
  if (more < 0) throw new MetadataRemovalError('a part of the document leaves no room');
  const filling = Buffer.alloc(more, filler);
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
  if (method !== stored && method !== deflated) throw new MetadataRemovalError('a part of the document is packed in another way');
  const head = await file.read(local, 30);
  if (head.readUInt32LE(0) !== 0x04034b50) throw new MetadataRemovalError(`the part ${name} is not where it should be`);
  const content = local + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
  if (content + packed > file.size) throw new MetadataRemovalError('a part of the document is cut off');
  return { content };
}

async function entriesOf(file: FileReader): Promise<readonly Entry[]> {
  const tail = Math.min(file.size, 22 + 0xffff);
  const last = Buffer.from(await file.read(file.size - tail, tail));
  const end = last.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || end + 22 > last.length) throw new MetadataRemovalError('the directory of the document is missing');
  const count = last.readUInt16LE(end + 10);
  let at = last.readUInt32LE(end + 16);
  if (count > mostEntries || at === 0xffffffff) throw new MetadataRemovalError('the document has too many parts');
  const entries: Entry[] = [];
  for (let index = 0; index < count; index += 1) {
    const head = Buffer.from(await file.read(at, 46));
    if (head.readUInt32LE(0) !== 0x02014b50) throw new MetadataRemovalError('the directory of the document is broken');
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
