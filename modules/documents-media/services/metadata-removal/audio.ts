import { type FileReader, MetadataRemovalError, type Patch, PatchList } from './patches.js';

/**
 * MP3: tags stand before and behind the sound. An ID3v2 tag becomes one of nothing but padding; ID3v1, APEv2 and Lyrics3 behind it become zeros,
 * which players pass over.
 * @throws MetadataRemovalError
 */
export async function mp3Patches(file: FileReader): Promise<readonly Patch[]> {
  const { patches, end: start } = await leadingTags(file);
  let end = file.size;
  const zero = (length: number): void => {
    if (length > end - start) throw new MetadataRemovalError('a tag is longer than the file');
    end -= length;
    patches.add({ offset: end, length });
  };
  for (let length = 1; length > 0; ) {
    length = await trailingTag(file, start, end);
    if (length > 0) zero(length);
  }
  return patches.all;
}

/** ID3v2 tags at the beginning, of MP3 and of what programs put one before. */
async function leadingTags(file: FileReader): Promise<{ readonly patches: PatchList; readonly end: number }> {
  const patches = new PatchList();
  let at = 0;
  while (at + 10 <= file.size) {
    const head = await file.read(at, 10);
    if (head.toString('latin1', 0, 3) !== 'ID3') break;
    const size = head.subarray(6).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
    const hasFooter = ((head[5] as number) & 0x10) !== 0;
    const end = at + 10 + size + (hasFooter ? 10 : 0);
    if (end > file.size) throw new MetadataRemovalError('a tag is longer than the file');
    patches.add({ offset: at + 5, length: 1 }, { offset: at + 10, length: end - at - 10 });
    at = end;
  }
  return { patches, end: at };
}

/** How many bytes at the end are a tag. */
async function trailingTag(file: FileReader, start: number, end: number): Promise<number> {
  const text = async (back: number, length: number): Promise<string> =>
    end - back < start ? '' : (await file.read(end - back, length)).toString('latin1');
  if ((await text(128, 3)) === 'TAG') return (await text(355, 4)) === 'TAG+' ? 355 : 128;
  if ((await text(9, 9)) === 'LYRICS200') return 15 + Number.parseInt(await text(15, 6), 10);
  if ((await text(32, 8)) === 'APETAGEX') {
    const foot = await file.read(end - 32, 32);
    const hasHeader = (foot.readUInt32LE(20) & 0x80000000) !== 0;
    return foot.readUInt32LE(12) + (hasHeader ? 32 : 0);
  }
  return 0;
}

const neededChunks = new Set(['fmt ', 'data', 'fact', 'cue ', 'plst', 'smpl', 'inst', 'wavl', 'PEAK']);

/**
 * WAV: chunks, each with its name and length. Those that are not needed to play become `JUNK`, which the format has for padding.
 * @throws MetadataRemovalError
 */
export async function wavPatches(file: FileReader): Promise<readonly Patch[]> {
  const patches = new PatchList();
  for (let at = 12; at < file.size; ) {
    if (at + 8 > file.size) {
      patches.add({ offset: at, length: file.size - at });
      break;
    }
    const head = await file.read(at, 8);
    const name = head.toString('latin1', 0, 4);
    // Programs that stream do not come back to write how long the sound became.
    const size = Math.min(head.readUInt32LE(4), file.size - at - 8);
    if (!neededChunks.has(name))
      patches.add({ offset: at, length: 4, bytes: Buffer.from('JUNK') }, { offset: at + 8, length: size });
    at += 8 + size + (size % 2);
  }
  return patches.all;
}

const padding = 1;
const neededBlocks = new Set([0, 3]);

/**
 * FLAC: blocks before the sound, of which the facts of the stream and the table of places stay; comments, pictures and what programs put there become
 * padding.
 * @throws MetadataRemovalError
 */
export async function flacPatches(file: FileReader): Promise<readonly Patch[]> {
  const { patches, end } = await leadingTags(file);
  if ((await file.read(end, 4)).toString('latin1') !== 'fLaC') throw new MetadataRemovalError('there is no FLAC in the file');
  for (let at = end + 4, isLast = false; !isLast; ) {
    const head = await file.read(at, 4);
    const first = head[0] as number;
    const length = head.readUIntBE(1, 3);
    isLast = (first & 0x80) !== 0;
    if (at + 4 + length > file.size) throw new MetadataRemovalError('a block is longer than the file');
    if (!neededBlocks.has(first & 0x7f))
      patches.add({ offset: at, length: 1, bytes: Uint8Array.of((first & 0x80) | padding) }, { offset: at + 4, length });
    at += 4 + length;
  }
  return patches.all;
}
