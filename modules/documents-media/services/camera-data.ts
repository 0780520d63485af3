import { type AccessContext, BlobStore, inject, injectable, Log, PortalError } from '@portico/core';
import { DocumentFiles } from './document-files.js';
import { ImageError, Images } from './images.js';

/** What a camera wrote into a picture, of what people want to know. */
export interface ExifFacts {
  readonly make?: string | undefined;
  readonly model?: string | undefined;
  readonly lens?: string | undefined;
  /** Seconds. */
  readonly exposure?: number | undefined;
  readonly aperture?: number | undefined;
  readonly iso?: number | undefined;
  /** Millimetres. */
  readonly focalLength?: number | undefined;
  /** Millimetres of a lens with the same angle on 35 mm film. */
  readonly focalLength35?: number | undefined;
  /** By the clock of the camera, as `2026:11:30 17:05:00`. */
  readonly taken?: string | undefined;
  /** What that clock differs from UTC, as `+01:00`. */
  readonly takenOffset?: string | undefined;
  readonly place?: { readonly latitude: number; readonly longitude: number } | undefined;
  readonly artist?: string | undefined;
  readonly copyright?: string | undefined;
}

/** Pictures whose data is remembered: pages of the same ones are opened again and again. */
const mostKnown = 200;

/** What a camera wrote into the current version of a picture. Whoever asks has asked before whether it is for the person. */
@injectable()
export class CameraData {
  private readonly known = new Map<string, ExifFacts | undefined>();

  constructor(
    @inject(BlobStore) private readonly blobs: BlobStore,
    @inject(DocumentFiles) private readonly files: DocumentFiles,
    @inject(Images) private readonly images: Images,
    @inject(Log) private readonly log: Log,
  ) {}

  /** Undefined where there is none, or where it cannot be read now. @throws PortalError `not-found` (404). */
  async of(access: AccessContext, documentId: string): Promise<ExifFacts | undefined> {
    const { blobId, sha256 } = await this.files.picture(access, documentId);
    if (this.known.has(sha256)) return this.known.get(sha256);
    try {
      const exif = await this.images.exif(this.blobs.pathOf(blobId));
      const facts = exif && readExif(exif);
      const [oldest] = this.known.keys();
      if (this.known.size >= mostKnown && oldest !== undefined) this.known.delete(oldest);
      this.known.set(sha256, facts);
      return facts;
    } catch (error) {
      // The page of the picture is worth more than this.
      if (!(error instanceof ImageError || error instanceof PortalError)) throw error;
      this.log.info('What a camera wrote into a picture could not be read.', { blob: blobId, error });
      return undefined;
    }
  }
}

/** Tags by the tables of the standard (CIPA DC-008). */
const image = { make: 0x10f, model: 0x110, artist: 0x13b, copyright: 0x8298, photo: 0x8769, gps: 0x8825 };
const photo = {
  exposure: 0x829a,
  aperture: 0x829d,
  iso: 0x8827,
  taken: 0x9003,
  takenOffset: 0x9011,
  focalLength: 0x920a,
  focalLength35: 0xa405,
  lens: 0xa434,
};
const gps = { latitudeRef: 1, latitude: 2, longitudeRef: 3, longitude: 4 };

const types = { ascii: 2, short: 3, long: 4, rational: 5, signedRational: 10, utf8: 129 };
/** Of a table; cameras write some dozens. */
const mostEntries = 512;
const longestText = 200;

/**
 * Reads the few tags that are shown, each at most once: what a hostile file claims to have costs nothing. A library that copies every value of every tag first
 * takes gigabytes for 64 kB whose tags all claim the same bytes.
 * @param bytes as TIFF, with or without `Exif` before it. What cannot be followed is left out.
 */
export function readExif(bytes: Uint8Array): ExifFacts {
  const start = bytes[0] === 0x45 ? 6 : 0;
  const tiff = new Tiff(bytes.subarray(start));
  const main = tiff.table(tiff.number32(4));
  const shot = tiff.table(tiff.number(main.get(image.photo)));
  const position = tiff.table(tiff.number(main.get(image.gps)));
  const text = (table: Table, tag: number): string | undefined => tiff.text(table.get(tag));
  const number = (tag: number): number | undefined => tiff.number(shot.get(tag));
  const latitude = degrees(tiff.numbers(position.get(gps.latitude)), text(position, gps.latitudeRef), 'S', 90);
  const longitude = degrees(tiff.numbers(position.get(gps.longitude)), text(position, gps.longitudeRef), 'W', 180);
  return {
    make: text(main, image.make),
    model: text(main, image.model),
    lens: text(shot, photo.lens),
    exposure: positive(number(photo.exposure)),
    aperture: positive(number(photo.aperture)),
    iso: positive(number(photo.iso)),
    focalLength: positive(number(photo.focalLength)),
    focalLength35: positive(number(photo.focalLength35)),
    taken: text(shot, photo.taken),
    takenOffset: text(shot, photo.takenOffset),
    place: latitude === undefined || longitude === undefined ? undefined : { latitude, longitude },
    artist: text(main, image.artist),
    copyright: text(main, image.copyright),
  };
}

interface Entry {
  readonly type: number;
  readonly count: number;
  /** Where the four bytes are that have the value, or say where it is. */
  readonly at: number;
}

type Table = ReadonlyMap<number, Entry>;

/** Tables of tags. What lies outside of the bytes is not there. */
class Tiff {
  private readonly view: DataView;
  private readonly isLittle: boolean;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.isLittle = bytes[0] === 0x49;
  }

  table(offset: number | undefined): Table {
    const entries = new Map<number, Entry>();
    if (offset === undefined) return entries;
    const count = Math.min(this.number16(offset) ?? 0, mostEntries);
    for (let at = offset + 2; at < offset + 2 + count * 12 && at + 12 <= this.bytes.length; at += 12) {
      const tag = this.view.getUint16(at, this.isLittle);
      if (entries.has(tag)) continue;
      const [type, length] = [this.view.getUint16(at + 2, this.isLittle), this.view.getUint32(at + 4, this.isLittle)];
      entries.set(tag, { type, count: length, at: at + 8 });
    }
    return entries;
  }

  text(entry: Entry | undefined): string | undefined {
    if (entry?.type !== types.ascii && entry?.type !== types.utf8) return undefined;
    const from = entry.count <= 4 ? entry.at : this.number32(entry.at);
    if (from === undefined) return undefined;
    const bytes = this.bytes.subarray(from, from + Math.min(entry.count, longestText * 4));
    const [written = ''] = new TextDecoder().decode(bytes).split('\0');
    const text = written.replace(/[\p{C}\s]+/gu, ' ').trim();
    return text === '' ? undefined : [...text].slice(0, longestText).join('');
  }

  number(entry: Entry | undefined): number | undefined {
    return this.numbers(entry)[0];
  }

  /** At most three: a place has degrees, minutes and seconds. */
  numbers(entry: Entry | undefined): readonly number[] {
    if (!entry) return [];
    const { type, at } = entry;
    if (type === types.short) return [this.number16(at) ?? 0];
    if (type === types.long) return [this.number32(at) ?? 0];
    if (type !== types.rational && type !== types.signedRational) return [];
    const from = this.number32(at);
    if (from === undefined) return [];
    return Array.from({ length: Math.min(entry.count, 3) }, (_, index) => this.ratio(from + index * 8, type));
  }

  number16(at: number): number | undefined {
    return at >= 0 && at + 2 <= this.bytes.length ? this.view.getUint16(at, this.isLittle) : undefined;
  }

  number32(at: number): number | undefined {
    return at >= 0 && at + 4 <= this.bytes.length ? this.view.getUint32(at, this.isLittle) : undefined;
  }

  private ratio(at: number, type: number): number {
    if (at + 8 > this.bytes.length) return Number.NaN;
    if (type === types.signedRational) return this.view.getInt32(at, this.isLittle) / this.view.getInt32(at + 4, this.isLittle);
    return this.view.getUint32(at, this.isLittle) / this.view.getUint32(at + 4, this.isLittle);
  }
}

function positive(number: number | undefined): number | undefined {
  return number !== undefined && Number.isFinite(number) && number > 0 ? number : undefined;
}

function degrees(parts: readonly number[], ref: string | undefined, negative: string, most: number): number | undefined {
  const [whole, minutes = 0, seconds = 0] = parts;
  if (whole === undefined || ref === undefined) return undefined;
  const value = (whole + minutes / 60 + seconds / 3600) * (ref === negative ? -1 : 1);
  return Math.abs(value) <= most ? value : undefined;
}
