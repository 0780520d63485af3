import { type FileReader, MetadataRemovalError, type Patch, PatchList } from './patches.js';

const ids = {
  ebml: 0x1a45dfa3,
  segment: 0x18538067,
  cluster: 0x1f43b675,
  information: 0x1549a966,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackType: 0x83,
  tags: 0x1254c367,
  attachments: 0x1941a469,
  void: 0xec,
  checksum: 0xbf,
};
/** What a player needs of `Info`: the scale of times and the duration. The names of the programs must be there, and become empty. */
const neededInformation = new Set([0x2ad7b1, 0x4489]);
const programs = new Set([0x4d80, 0x5741]);
const shownTracks = new Set([1, 2, 3, 0x11]);

interface Element {
  readonly id: number;
  readonly start: number;
  readonly content: number;
  /** Undefined: until something begins that is not in it, as live recordings have it. */
  readonly end: number | undefined;
}

/**
 * WebM and Matroska (RFC 9559): a tree of elements. Tags and attachments keep their place, as the index of the file points there, and hold a Void; of
 * what the file says about itself times and duration stay. Clusters, which hold picture and sound, are passed over.
 * @throws MetadataRemovalError
 */
export async function matroskaPatches(file: FileReader): Promise<readonly Patch[]> {
  const patches = new PatchList();
  let hasTracks = false;
  for (let at = 0; at < file.size; ) {
    const element = await elementAt(file, at, file.size);
    const { id, content, end } = element;
    // Entered: what is in them follows. A cluster of unknown length holds blocks, which are passed over one by one.
    if (id === ids.segment || (id === ids.cluster && end === undefined)) {
      at = content;
      continue;
    }
    if (end === undefined) throw new MetadataRemovalError('an element does not say how long it is');
    if (id === ids.tags || id === ids.attachments) patches.add(voidOf(content, end));
    else if (id === ids.void || id === ids.checksum) patches.add(voidOf(element.start, end));
    else if (id === ids.information) patches.add(...(await information(file, content, end)));
    else if (id === ids.tracks) {
      await refuseHiddenTracks(file, content, end);
      hasTracks = true;
    }
    at = end;
  }
  if (!hasTracks) throw new MetadataRemovalError('there are no tracks in the file');
  return patches.all.filter(({ length }) => length > 0);
}

async function information(file: FileReader, start: number, end: number): Promise<readonly Patch[]> {
  const patches = new PatchList();
  for await (const child of elements(file, start, end)) {
    if (neededInformation.has(child.id)) continue;
    // Zeros end a text before its length does.
    if (programs.has(child.id)) patches.add({ offset: child.content, length: child.end - child.content });
    else patches.add(voidOf(child.start, child.end));
  }
  return patches.all;
}

async function refuseHiddenTracks(file: FileReader, start: number, end: number): Promise<void> {
  for await (const track of elements(file, start, end)) {
    if (track.id !== ids.trackEntry) continue;
    for await (const { id, content, end: last } of elements(file, track.content, track.end)) {
      if (id !== ids.trackType) continue;
      const bytes = await file.read(content, last - content);
      if (!shownTracks.has(bytes.readUIntBE(0, bytes.length)))
        throw new MetadataRemovalError('a track is neither seen nor heard');
    }
  }
}

async function* elements(file: FileReader, start: number, end: number): AsyncGenerator<Element & { readonly end: number }> {
  for (let at = start; at < end; ) {
    const element = await elementAt(file, at, end);
    if (element.end === undefined) throw new MetadataRemovalError('an element does not say how long it is');
    yield { ...element, end: element.end };
    at = element.end;
  }
}

async function elementAt(file: FileReader, start: number, limit: number): Promise<Element> {
  const head = await file.read(start, Math.min(12, file.size - start));
  const idBytes = lengthOf(head[0]);
  const sizeBytes = lengthOf(head[idBytes]);
  if (idBytes > 4 || head.length < idBytes + sizeBytes) throw new MetadataRemovalError('an element is broken');
  const id = head.readUIntBE(0, idBytes);
  const content = start + idBytes + sizeBytes;
  let size = (head[idBytes] as number) & (0xff >> sizeBytes);
  let isUnknown = size === 0xff >> sizeBytes;
  for (let index = 1; index < sizeBytes; index += 1) {
    const byte = head[idBytes + index] as number;
    size = size * 256 + byte;
    isUnknown &&= byte === 0xff;
  }
  if (isUnknown) return { id, start, content, end: undefined };
  if (content + size > limit) throw new MetadataRemovalError('an element is longer than what it is in');
  return { id, start, content, end: content + size };
}

/** The zeros before the first one bit say how many bytes a number has. */
function lengthOf(first: number | undefined): number {
  if (!first) throw new MetadataRemovalError('an element is broken');
  return Math.clz32(first) - 23;
}

/** An element that means nothing, over exactly these bytes. */
function voidOf(start: number, end: number): Patch {
  const length = end - start;
  if (length === 0) return { offset: start, length };
  if (length === 1) throw new MetadataRemovalError('an element leaves no room');
  if (length < 9) return { offset: start, length, bytes: Uint8Array.of(ids.void, 0x80 | (length - 2)) };
  const bytes = Buffer.alloc(9);
  bytes[0] = ids.void;
  bytes.writeBigUInt64BE((1n << 56n) | BigInt(length - 9), 1);
  return { offset: start, length, bytes };
}
