import { expect } from 'chai';
import sharp from 'sharp';
import { readExif } from '../services/camera-data.js';

const shot = {
  IFD0: { Make: 'Canon', Model: 'Canon EOS R6', Artist: 'Ada', Copyright: 'Ada 2026' },
  IFD2: {
    ExposureTime: '1/250',
    FNumber: '28/10',
    ISOSpeedRatings: '200',
    DateTimeOriginal: '2026:11:30 17:05:09',
    OffsetTimeOriginal: '+01:00',
    FocalLength: '35/1',
    LensModel: 'RF35mm F1.8',
  },
  IFD3: {
    GPSLatitudeRef: 'S',
    GPSLatitude: '52/1 31/1 12/1',
    GPSLongitudeRef: 'E',
    GPSLongitude: '13/1 22/1 30/1',
  },
};

async function exifOf(exif: Record<string, Record<string, string>>): Promise<Buffer> {
  const made = await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })
    .withExif(exif)
    .jpeg()
    .toBuffer();
  return (await sharp(made).metadata()).exif as Buffer;
}

/** As TIFF: one table, of tags with type, count and value. */
function tiff(entries: readonly (readonly [tag: number, type: number, count: number, value: number])[], size: number): Buffer {
  const bytes = Buffer.alloc(size, 'x');
  bytes.write('II*\0', 0, 'latin1');
  bytes.writeUInt32LE(8, 4);
  bytes.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, count, value], index) => {
    const at = 10 + index * 12;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(count, at + 4);
    bytes.writeUInt32LE(value, at + 8);
  });
  return bytes;
}

describe('What a camera wrote', () => {
  it('is read by tag: camera, lens, exposure, time, place', async () => {
    const { place, ...facts } = readExif(await exifOf(shot));
    expect(facts).to.deep.equal({
      make: 'Canon',
      model: 'Canon EOS R6',
      lens: 'RF35mm F1.8',
      exposure: 0.004,
      aperture: 2.8,
      iso: 200,
      focalLength: 35,
      focalLength35: undefined,
      taken: '2026:11:30 17:05:09',
      takenOffset: '+01:00',
      artist: 'Ada',
      copyright: 'Ada 2026',
    });
    expect([place?.latitude.toFixed(4), place?.longitude.toFixed(4)]).to.deep.equal(['-52.5200', '13.3750']);
  });

  it('is left out where it claims what is not there, wherever the bytes end', async () => {
    const whole = await exifOf(shot);
    for (let length = 0; length < whole.length; length += 1) expect(readExif(whole.subarray(0, length))).to.be.an('object');
    expect(readExif(Buffer.from('not at all'))).to.have.property('make', undefined);
    const outside = tiff(
      [
        [0x10f, 2, 4_000_000_000, 4_000_000_000],
        [0x110, 5, 1, 8],
        [0x8769, 4, 1, 4_294_967_295],
      ],
      64,
    );
    expect(Object.values(readExif(outside)).every((value) => value === undefined)).to.equal(true);
    for (const tag of [0x8769, 0x8825]) {
      const before = tiff([[tag, 10, 1, 40]], 64);
      before.writeInt32LE(-5, 40);
      before.writeInt32LE(1, 44);
      expect(Object.values(readExif(before)).every((value) => value === undefined)).to.equal(true);
    }
    const zero = tiff([[0x829a, 5, 1, 40]], 64);
    zero.fill(0, 40);
    expect(readExif(zero).exposure).to.equal(undefined);
  });

  it('reads no value twice and none that is not shown, however many tags claim the same bytes', () => {
    const entries = Array.from(
      { length: 5000 },
      (_, index) => [index % 2 ? 0x10f : 60_000, index % 3 ? 2 : 1, 65_000, 60_100] as const,
    );
    expect(readExif(tiff(entries, 65_533)).make).to.have.lengthOf(200);
  });
});
