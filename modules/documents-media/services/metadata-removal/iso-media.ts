import { type FileReader, MetadataRemovalError, type Patch, PatchList } from './patches.js';

interface Box {
  readonly type: string;
  readonly start: number;
  /** Where its content begins. */
  readonly content: number;
  readonly end: number;
}

/** Boxes that a player needs, by the box around them; all others become `free`. */
const needed: Readonly<Record<string, readonly string[]>> = {
  '': ['ftyp', 'styp', 'moov', 'mdat', 'moof', 'mfra', 'sidx', 'ssix', 'pdin'],
  moov: ['mvhd', 'trak', 'mvex', 'iods', 'pssh'],
  trak: ['tkhd', 'tref', 'edts', 'mdia', 'clip', 'matt', 'load', 'imap', 'tapt'],
  mdia: ['mdhd', 'hdlr', 'minf', 'elng'],
  minf: ['vmhd', 'smhd', 'hmhd', 'nmhd', 'sthd', 'gmhd', 'hdlr', 'dinf', 'stbl'],
  stbl: ['stsd', 'stts', 'ctts', 'cslg', 'stss', 'stps', 'stsc', 'stsz', 'stz2', 'stco', 'co64', 'sdtp', 'sbgp', 'sgpd', 'subs'],
  moof: ['mfhd', 'traf'],
  traf: ['tfhd', 'tfdt', 'trun', 'sbgp', 'sgpd', 'subs', 'saiz', 'saio', 'sdtp'],
};
const times = new Set(['mvhd', 'tkhd', 'mdhd']);
/** What a track shows or plays. Others tell of the recording, moment by moment: where the camera was, how it was held, what time it was. */
const shownTracks = new Set(['vide', 'soun', 'text', 'sbtl', 'subt', 'clcp']);

/** Bytes of a description of a picture, behind length and type, and what stands where in it. */
const pictureDescription = { bytes: 78, vendor: { offset: 12, length: 4 }, compressor: { offset: 42, length: 32 } };

/** Of one table of a track that goes: at ten a second, more than a day. */
const mostEntries = 1_000_000;

/**
 * MP4, MOV and M4A (ISO/IEC 14496-12, QuickTime): a tree of boxes, each with its length and type. Boxes that no player needs (user data, tags, covers,
 * XMP, makers' own) become `free` of the same length, so that the offsets of the samples stay true. The times of making become 0, which means
 * unknown, and the names of handlers and compressors, which name cameras, go. A track that is not shown goes with its samples.
 * @throws MetadataRemovalError
 */
export async function isoMediaPatches(file: FileReader): Promise<readonly Patch[]> {
  const tree = new IsoMedia(file);
  await tree.walk('', 0, file.size);
  return tree.finished();
}

class IsoMedia {
  private readonly patches = new PatchList();
  private readonly references: Box[] = [];
  private hasMovie = false;
  private hasFragments = false;
  private hidesTracks = false;
  /** What the track is that is walked through. */
  private handler = '';

  constructor(private readonly file: FileReader) {}

  finished(): readonly Patch[] {
    if (!this.hasMovie) throw new MetadataRemovalError('there is no movie in the file');
    if (this.hidesTracks && this.hasFragments) throw new MetadataRemovalError('what a camera wrote is spread over the fragments');
    // What pointed at a track that is gone.
    if (this.hidesTracks) for (const box of this.references) this.free(box);
    return this.patches.all;
  }

  async walk(parent: string, start: number, end: number): Promise<void> {
    for await (const box of this.boxes(start, end)) {
      if (!needed[parent]?.includes(box.type)) this.free(box);
      else if (box.type === 'trak') await this.track(box);
      else if (box.type in needed) await this.walk(box.type, box.content, box.end);
      else await this.leaf(box);
      this.hasMovie ||= box.type === 'moov';
      this.hasFragments ||= box.type === 'moof';
    }
  }

  private async leaf(box: Box): Promise<void> {
    if (times.has(box.type)) {
      const [version = 0] = await this.file.read(box.content, 1);
      this.patches.add({ offset: box.content + 4, length: version === 1 ? 16 : 8 });
    }
    if (box.type === 'hdlr') this.patches.add({ offset: box.content + 24, length: Math.max(0, box.end - box.content - 24) });
    if (box.type === 'tref') this.references.push(box);
    if (box.type === 'stsd' && this.handler === 'vide') await this.forgetMakers(box);
  }

  /** Each description of a picture names its vendor and its compressor: with a camera that is its make, else a program. */
  private async forgetMakers(descriptions: Box): Promise<void> {
    for await (const { content, end } of this.boxes(descriptions.content + 8, descriptions.end)) {
      if (end - content < pictureDescription.bytes) continue;
      for (const { offset, length } of [pictureDescription.vendor, pictureDescription.compressor])
        this.patches.add({ offset: content + offset, length });
    }
  }

  private async track(track: Box): Promise<void> {
    const media = await this.child(track, 'mdia');
    const handler = media && (await this.child(media, 'hdlr'));
    if (!media || !handler) throw new MetadataRemovalError('a track does not say what it is');
    const kind = (await this.file.read(handler.content + 8, 4)).toString('latin1');
    this.handler = kind;
    if (shownTracks.has(kind)) return this.walk('trak', track.content, track.end);
    this.hidesTracks = true;
    const information = await this.child(media, 'minf');
    const samples = information && (await this.child(information, 'stbl'));
    if (samples) await this.zeroSamples(samples);
    this.free(track);
  }

  /** The bytes of a track lie in chunks, each of some samples: where it begins, how many samples it has, and how long each is. */
  private async zeroSamples(table: Box): Promise<void> {
    const [offsets, sizes, runs] = await Promise.all([this.chunkOffsets(table), this.sampleSizes(table), this.chunkRuns(table)]);
    let sample = 0;
    let run = 0;
    for (const [index, offset] of offsets.entries()) {
      while ((runs[run + 1]?.first ?? Number.POSITIVE_INFINITY) <= index + 1) run += 1;
      const count = Math.min(runs[run]?.samples ?? 0, sizes.count - sample);
      let length = 0;
      for (let each = 0; each < count; each += 1) length += sizes.of(sample + each);
      sample += count;
      if (offset + length > this.file.size) throw new MetadataRemovalError('a track lies beyond the end of the file');
      this.patches.add({ offset, length });
    }
    if (sample < sizes.count) throw new MetadataRemovalError('a track has samples that lie nowhere');
  }

  private async chunkOffsets(table: Box): Promise<readonly number[]> {
    const short = await this.table(table, 'stco', 4);
    if (short) return short.map((entry) => entry.readUInt32BE(0));
    return ((await this.table(table, 'co64', 8)) ?? []).map((entry) => Number(entry.readBigUInt64BE(0)));
  }

  private async chunkRuns(table: Box): Promise<readonly { readonly first: number; readonly samples: number }[]> {
    const entries = (await this.table(table, 'stsc', 12)) ?? [];
    return entries.map((entry) => ({ first: entry.readUInt32BE(0), samples: entry.readUInt32BE(4) }));
  }

  private async sampleSizes(table: Box): Promise<{ readonly count: number; of(sample: number): number }> {
    const box = await this.child(table, 'stsz');
    if (!box) throw new MetadataRemovalError('a track does not say how long its samples are');
    const head = await this.file.read(box.content + 4, 8);
    const [each, count] = [head.readUInt32BE(0), head.readUInt32BE(4)];
    if (count > mostEntries) throw new MetadataRemovalError('a track has too many samples');
    if (each !== 0) return { count, of: () => each };
    const sizes = Buffer.from(await this.file.read(box.content + 12, count * 4));
    return { count, of: (sample) => (sample < count ? sizes.readUInt32BE(sample * 4) : 0) };
  }

  private async table(parent: Box, type: string, entryBytes: number): Promise<readonly Buffer[] | undefined> {
    const box = await this.child(parent, type);
    if (!box) return undefined;
    const count = (await this.file.read(box.content + 4, 4)).readUInt32BE(0);
    if (count > mostEntries) throw new MetadataRemovalError('a track has too many parts');
    const entries = Buffer.from(await this.file.read(box.content + 8, count * entryBytes));
    return Array.from({ length: count }, (_, index) => entries.subarray(index * entryBytes, (index + 1) * entryBytes));
  }

  private async child(parent: Box, type: string): Promise<Box | undefined> {
    for await (const box of this.boxes(parent.content, parent.end)) if (box.type === type) return box;
    return undefined;
  }

  private async *boxes(start: number, end: number): AsyncGenerator<Box> {
    // QuickTime ends some lists of boxes with four zeros.
    for (let at = start; at + 8 <= end; ) {
      const head = await this.file.read(at, Math.min(16, end - at));
      const short = head.readUInt32BE(0);
      const isLong = short === 1;
      if (isLong && head.length < 16) throw new MetadataRemovalError('a box is cut off');
      const length = isLong ? Number(head.readBigUInt64BE(8)) : short === 0 ? end - at : short;
      const content = at + (isLong ? 16 : 8);
      if (at + length > end || content > at + length) throw new MetadataRemovalError('a box is longer than what it is in');
      yield { type: head.toString('latin1', 4, 8), start: at, content, end: at + length };
      at += length;
    }
  }

  private free({ start, content, end }: Box): void {
    const name = Buffer.from('free', 'latin1');
    this.patches.add({ offset: start + 4, length: 4, bytes: name }, { offset: content, length: end - content });
  }
}
