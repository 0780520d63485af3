import { type FileReader, MetadataRemovalError, type Patch } from './patches.js';

interface Page {
  readonly start: number;
  readonly serial: number;
  readonly isFirst: boolean;
  /** Lengths of the pieces of packets on this page; one of 255 goes on in the next piece. */
  readonly lacing: Buffer;
  readonly content: number;
  readonly end: number;
}

/** A stream of the file whose comments are looked for. */
interface Stream {
  readonly codec: Codec;
  /** Packets that have ended; the second one has the comments. */
  packets: number;
  /** Where the pieces of the second packet lie. */
  readonly pieces: { readonly page: Page; readonly start: number; readonly end: number }[];
}

interface Codec {
  readonly identification: string;
  /** How the packet of comments begins, and whether one bit that is set ends it. */
  readonly comments: string;
  readonly isFramed: boolean;
}

const codecs: readonly Codec[] = [
  { identification: '\x01vorbis', comments: '\x03vorbis', isFramed: true },
  { identification: 'OpusHead', comments: 'OpusTags', isFramed: false },
  { identification: '\x80theora', comments: '\x81theora', isFramed: false },
];

/** As many pages as comments with a large cover can have. */
const mostPages = 4000;
const checksumAt = 22;

/**
 * Ogg (RFC 3533) with Vorbis, Opus or Theora: the second packet of each stream has the comments. It keeps its length and becomes one without a vendor and
 * without comments, followed by zeros, which decoders pass over; the checksums of its pages are made again.
 * @throws MetadataRemovalError
 */
export async function oggPatches(file: FileReader): Promise<readonly Patch[]> {
  const streams = new Map<number, Stream>();
  let at = 0;
  for (let count = 0; at < file.size; count += 1) {
    if (count > mostPages) throw new MetadataRemovalError('the comments do not end');
    const page = await pageAt(file, at);
    at = page.end;
    const known = streams.get(page.serial);
    if (page.isFirst) streams.set(page.serial, await begun(file, page));
    else if (known) follow(known, page);
    else throw new MetadataRemovalError('a stream does not begin');
    if (!page.isFirst && [...streams.values()].every(({ packets }) => packets >= 2)) break;
  }
  const patches: Patch[] = [];
  for (const stream of streams.values()) patches.push(...(await emptied(file, stream)));
  if (patches.length === 0) throw new MetadataRemovalError('there are no comments where they belong');
  return patches;
}

async function begun(file: FileReader, page: Page): Promise<Stream> {
  const head = (await file.read(page.content, Math.min(8, page.end - page.content))).toString('latin1');
  const codec = codecs.find(({ identification }) => head.startsWith(identification));
  if (!codec) throw new MetadataRemovalError('a stream is of another kind');
  // The packet that says what the stream is stands alone on its page.
  return { codec, packets: 1, pieces: [] };
}

function follow(stream: Stream, page: Page): void {
  let start = page.content;
  for (const length of page.lacing) {
    if (stream.packets === 1 && length > 0) stream.pieces.push({ page, start, end: start + length });
    start += length;
    if (length < 255) stream.packets += 1;
  }
}

async function emptied(file: FileReader, { codec, pieces }: Stream): Promise<readonly Patch[]> {
  const head = Buffer.concat([Buffer.from(codec.comments, 'latin1'), Buffer.alloc(8), Buffer.from(codec.isFramed ? [1] : [])]);
  const length = pieces.reduce((sum, { start, end }) => sum + end - start, 0);
  if (length < head.length) throw new MetadataRemovalError('the comments are too short');
  const [first] = pieces;
  const begins = first && (await file.read(first.start, Math.min(8, first.end - first.start))).toString('latin1');
  if (!begins?.startsWith(codec.comments)) throw new MetadataRemovalError('there are no comments where they belong');
  const packet = Buffer.alloc(length);
  head.copy(packet);
  const patches: Patch[] = [];
  let at = 0;
  for (const { start, end } of pieces) {
    patches.push({ offset: start, length: end - start, bytes: packet.subarray(at, at + end - start) });
    at += end - start;
  }
  const comments = [...patches];
  for (const page of new Set(pieces.map((piece) => piece.page))) patches.push(await checksum(file, page, comments));
  return patches;
}

async function checksum(file: FileReader, { start, end }: Page, patches: readonly Patch[]): Promise<Patch> {
  const bytes = Buffer.from(await file.read(start, end - start));
  for (const { offset, length, bytes: changed } of patches)
    if (offset >= start && offset + length <= end && changed) bytes.set(changed, offset - start);
  bytes.writeUInt32LE(0, checksumAt);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crcOf(bytes));
  return { offset: start + checksumAt, length: 4, bytes: sum };
}

async function pageAt(file: FileReader, start: number): Promise<Page> {
  const head = Buffer.from(await file.read(start, 27));
  if (head.toString('latin1', 0, 4) !== 'OggS') throw new MetadataRemovalError('a page does not begin where it should');
  const pieces = head[26] as number;
  const lacing = Buffer.from(await file.read(start + 27, pieces));
  const content = start + 27 + pieces;
  const end = content + lacing.reduce((sum, length) => sum + length, 0);
  return { start, serial: head.readUInt32LE(14), isFirst: ((head[5] as number) & 2) !== 0, lacing, content, end };
}

/** Polynomial 0x04c11db7, the highest bit first, as Ogg has it; zlib's goes the other way. */
const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let sum = index << 24;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  return sum >>> 0;
});

function crcOf(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = (((sum << 8) >>> 0) ^ (table[((sum >>> 24) ^ byte) & 0xff] as number)) >>> 0;
  return sum;
}
