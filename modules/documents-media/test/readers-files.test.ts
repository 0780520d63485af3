import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { BlobStore, type QueryRunner, UnitOfWork } from '@portico/core';
import { metadataText, withMetadata } from '@portico/core/testing';
import { expect } from 'chai';
import sharp from 'sharp';
import type supertest from 'supertest';
import type { Document } from '../api/index.js';
import { DropReaderCopies1764630000000 } from '../migrations/drop-reader-copies.js';
import { base, bytes, Library, picture } from '../testing/index.js';

const run = promisify(execFile);

const secret = 'Nobody Shall Hear';
/** What no reader may find, whatever the format calls it. */
const telling =
  /N\0o\0b\0o\0d\0y|Tm9ib2R5|inkscape|Nobody Shall Hear|GPS|\+52\.51|Latitude|Creator|Author\b|Producer|Artist|Comment|2026:0[1-9]|Acme/i;

const text = (words: string): Buffer => Buffer.from(words, 'latin1');
function number(value: number, length: 2 | 4, order: 'BE' | 'LE' = 'BE'): Buffer {
  const buffer = Buffer.alloc(length);
  if (order === 'BE') buffer.writeUIntBE(value, 0, length);
  else buffer.writeUIntLE(value, 0, length);
  return buffer;
}

/** Sound and picture of a file: bytes that must come through as they are. */
const essence = Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 7) % 251));

function box(type: string, ...content: readonly Buffer[]): Buffer {
  const whole = Buffer.concat(content);
  return Buffer.concat([number(whole.length + 8, 4), text(type), whole]);
}

/** Seconds since 1904, of a day that the tests look for. */
const recorded = 3_850_000_000;
const zeros = (length: number): Buffer => Buffer.alloc(length);

/** Of a picture with the make of the camera, as its vendor and in the name of its compressor. */
function described(handler: string): Buffer {
  if (handler !== 'vide') return box('test', zeros(8));
  const compressor = text(String.fromCharCode(12) + 'Acme Encoder'.padEnd(31, '\0'));
  return box('avc1', zeros(12), text('Acme'), zeros(26), compressor, zeros(4), box('avcC', essence.subarray(0, 20)));
}

function track(handler: string, id: number, offset: number, length: number, more: readonly Buffer[] = []): Buffer {
  const time = Buffer.concat([zeros(4), number(recorded, 4), number(recorded, 4)]);
  const table = box(
    'stbl',
    box('stsd', zeros(4), number(1, 4), described(handler)),
    box('stts', zeros(4), number(1, 4), number(1, 4), number(1000, 4)),
    box('stsc', zeros(4), number(1, 4), number(1, 4), number(1, 4), number(1, 4)),
    box('stsz', zeros(4), number(length, 4), number(1, 4)),
    box('stco', zeros(4), number(1, 4), number(offset, 4)),
  );
  const media = box(
    'mdia',
    box('mdhd', time, number(1000, 4), number(1000, 4), zeros(4)),
    box('hdlr', zeros(8), text(handler), zeros(12), text('Acme Camera\0')),
    box('minf', box('dinf', box('dref', zeros(8))), table),
  );
  return box('trak', box('tkhd', time, number(id, 4), zeros(68)), media, ...more);
}

/** As a telephone records: a place in the user data and in Apple's keys, a track of positions beside the picture, a thumbnail somewhere. */
async function film(brand: string): Promise<Buffer> {
  const positions = text(`GPS +52.5100+013.4000/ ${secret}`.padEnd(200, '.'));
  const head = box('ftyp', text(brand), zeros(4), text(brand), text('isom'));
  const place = box('\xa9xyz', number(18, 2), number(0x15c7, 2), text('+52.5100+013.4000/'));
  const build = (start: number): Buffer =>
    box(
      'moov',
      box('mvhd', zeros(4), number(recorded, 4), number(recorded, 4), number(1000, 4), number(1000, 4), zeros(80)),
      track('vide', 1, start, essence.length, [box('udta', box('\xa9mak', number(4, 2), zeros(2), text('Acme')))]),
      track('meta', 2, start + essence.length, positions.length),
      box('udta', place),
      box('uuid', text(secret.padEnd(40))),
    );
  const start = head.length + build(0).length + 8;
  const whole = Buffer.concat([head, build(start), box('mdat', essence, positions), box('free', text(secret))]);
  return withMetadata(whole, '-XMP:Creator=Nobody Shall Hear', '-Keys:GPSCoordinates=52.51, 13.4, 30', `-Keys:Author=${secret}`);
}

function element(id: string, ...content: readonly Buffer[]): Buffer {
  const whole = Buffer.concat(content);
  return Buffer.concat([Buffer.from(id, 'hex'), number(0x10000000 + whole.length, 4), whole]);
}

/** As a browser records it, the length of the whole unknown, and as a program writes tags. */
function webm(): Buffer {
  const head = element('1a45dfa3', element('4282', text('webm')), element('4287', Buffer.of(2)));
  const information = element(
    '1549a966',
    element('2ad7b1', Buffer.of(0x0f, 0x42, 0x40)),
    element('7ba9', text(secret)),
    element('4461', Buffer.of(0, 0, 0, 0, 0, 0, 0, 9)),
    element('4d80', text('Acme Muxer')),
    element('5741', text('Acme Writer')),
  );
  const tracks = element(
    '1654ae6b',
    element('ae', element('d7', Buffer.of(1)), element('83', Buffer.of(1)), element('86', text('V_VP8'))),
  );
  const tag = element('7373', element('67c8', element('45a3', text('ARTIST')), element('4487', text(secret))));
  const attachment = element('1941a469', element('61a7', element('466e', text('photo.jpg')), element('465c', text(secret))));
  const cluster = Buffer.concat([
    Buffer.from('1f43b67501ffffffffffffff', 'hex'),
    element('e7', Buffer.of(0)),
    element('a3', Buffer.of(0x81, 0, 0, 0x80), essence),
  ]);
  const segment = Buffer.concat([Buffer.from('1853806701ffffffffffffff', 'hex')]);
  return Buffer.concat([head, segment, information, tracks, attachment, cluster, element('1254c367', tag)]);
}

/** A tag of the words before the sound, and one of each kind behind it. */
function mp3(): Buffer {
  const frame = Buffer.concat([text('TPE1'), number(secret.length + 1, 4), zeros(3), text(secret)]);
  const tag = Buffer.concat([text('ID3\x03\0\0'), Buffer.of(0, 0, 0, frame.length + 20), frame, zeros(20)]);
  const sound = Buffer.concat(Array.from({ length: 8 }, () => Buffer.concat([Buffer.from('fffb9064', 'hex'), zeros(413)])));
  const value = Buffer.concat([number(secret.length, 4, 'LE'), zeros(4), text('Artist\0'), text(secret)]);
  const foot = (flags: number): Buffer =>
    Buffer.concat([text('APETAGEX'), ...[2000, value.length + 32, 1, flags].map((each) => number(each, 4, 'LE')), zeros(8)]);
  const ape = Buffer.concat([foot(0xa0000000), value, foot(0x80000000)]);
  return Buffer.concat([tag, sound, ape, text('TAG'), text(secret.padEnd(125, ' '))]);
}

function wav(): Buffer {
  const chunk = (name: string, content: Buffer): Buffer =>
    Buffer.concat([text(name), number(content.length, 4, 'LE'), content, zeros(content.length % 2)]);
  const format = Buffer.concat([
    number(1, 2, 'LE'),
    number(1, 2, 'LE'),
    number(8000, 4, 'LE'),
    number(8000, 4, 'LE'),
    number(1, 2, 'LE'),
    number(8, 2, 'LE'),
  ]);
  const chunks = [
    chunk('fmt ', format),
    chunk('LIST', Buffer.concat([text('INFO'), chunk('IART', text(secret))])),
    chunk('data', essence),
    chunk('bext', text(secret.padEnd(602))),
  ];
  return Buffer.concat([text('RIFF'), number(4 + Buffer.concat(chunks).length, 4, 'LE'), text('WAVE'), ...chunks]);
}

const comments = Buffer.concat([
  number(4, 4, 'LE'),
  text('Acme'),
  number(1, 4, 'LE'),
  number(secret.length + 7, 4, 'LE'),
  text(`ARTIST=${secret}`),
]);

function flac(): Buffer {
  const block = (type: number, content: Buffer): Buffer =>
    Buffer.concat([Buffer.of(type), number(content.length, 4).subarray(1), content]);
  const facts = Buffer.from('10001000000000000000 0ac442f000000001'.replace(' ', '').padEnd(68, '0'), 'hex');
  return Buffer.concat([
    text('fLaC'),
    block(0, facts),
    block(4, comments),
    block(0x82, text(`test${secret}`)),
    Buffer.from('fff8c918', 'hex'),
    essence,
  ]);
}

/** The checksum of a page, bit by bit. */
function oggChecksum(page: Buffer): number {
  let sum = 0;
  for (const byte of page) {
    sum = (sum ^ (byte << 24)) >>> 0;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1) >>> 0;
  }
  return sum;
}

function oggPage(flags: number, sequence: number, lacing: readonly number[], content: Buffer): Buffer {
  const head = [text('OggS\0'), Buffer.of(flags), zeros(8), number(77, 4, 'LE'), number(sequence, 4, 'LE'), zeros(4)];
  const page = Buffer.concat([...head, Buffer.of(lacing.length, ...lacing), content]);
  page.writeUInt32LE(oggChecksum(page), 22);
  return page;
}

/** Comments that go on on a second page, where the next packet begins. */
function ogg(): Buffer {
  const identification = Buffer.concat([
    text('\x01vorbis'),
    number(0, 4),
    Buffer.of(1),
    number(44100, 4, 'LE'),
    zeros(12),
    Buffer.of(0xb8, 1),
  ]);
  const packet = Buffer.concat([
    text('\x03vorbis'),
    comments.subarray(0, 8),
    number(2, 4, 'LE'),
    comments.subarray(12),
    number(300, 4, 'LE'),
    text(`COMMENT=${'x'.repeat(292)}`),
    Buffer.of(1),
  ]);
  const setup = Buffer.concat([text('\x05vorbis'), zeros(40)]);
  return Buffer.concat([
    oggPage(2, 0, [identification.length], identification),
    oggPage(0, 1, [255], packet.subarray(0, 255)),
    oggPage(1, 2, [packet.length - 255, setup.length], Buffer.concat([packet.subarray(255), setup])),
    oggPage(4, 3, [200], essence.subarray(0, 200)),
  ]);
}

/** With XML, a UUID and a comment of the coder. */
const jp2 = (): Buffer =>
  Buffer.concat([
    box('jP  ', Buffer.from('0d0a870a', 'hex')),
    box('xml ', text(`<creator>${secret}</creator>`)),
    box('uuid', zeros(16), text(secret)),
    box(
      'jp2c',
      Buffer.from('ff4f', 'hex'),
      Buffer.from('ff64', 'hex'),
      number(2 + 2 + secret.length, 2),
      number(1, 2),
      text(secret),
      Buffer.from('ff90000a', 'hex'),
      essence.subarray(0, 40),
    ),
  ]);

/** With the Info dictionary and XMP in a later revision, a photograph with a place, and a note with its author. */
async function pdf(more = ''): Promise<Buffer> {
  const photo = await sharp(await picture(40, 30))
    .withExif({ IFD0: { Artist: secret }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' } })
    .jpeg()
    .toBuffer();
  const stream = (dictionary: string, content: Buffer): Buffer =>
    Buffer.concat([text(`<< ${dictionary} /Length ${content.length} >>\nstream\n`), content, text('\nendstream')]);
  const objects = [
    text(`<< /Type /Catalog /Pages 2 0 R ${more} >>`),
    text('<< /Type /Pages /Kids [3 0 R] /Count 1 >>'),
    text(
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << /XObject << /P 5 0 R /J 7 0 R >> >> /Annots [6 0 R] /PieceInfo << /Acme << /Private (Nobody Shall Hear) >> >> >>',
    ),
    stream('', text('q 100 0 0 100 20 20 cm /P Do Q')),
    stream(
      '/Type /XObject /Subtype /Image /Width 40 /Height 30 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode',
      photo,
    ),
    text('<< /Type /Annot /Subtype /Text /Rect [0 0 10 10] /Contents (to be read) /T (Nobody Shall Hear) >>'),
    stream('/Type /XObject /Subtype /Image /Width 1 /Height 1 /Filter /JPXDecode', jp2()),
  ];
  const parts: Buffer[] = [text('%PDF-1.6\n%\xe2\xe3\xcf\xd3\n')];
  const places: number[] = [];
  const written = (): number => parts.reduce((sum, part) => sum + part.length, 0);
  for (const [index, object] of objects.entries()) {
    places.push(written());
    parts.push(text(`${index + 1} 0 obj\n`), object, text('\nendobj\n'));
  }
  const table = written();
  const lines = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  parts.push(text(`xref\n0 8\n0000000000 65535 f \n${lines}trailer\n<< /Size 8 /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`));
  return withMetadata(Buffer.concat(parts), `-PDF:Author=${secret}`, `-XMP:Creator=${secret}`, '-XMP:GPSLatitude=52.51');
}

/** Deflated, with the sizes behind each part when `streamed`, as programs write that do not go back. */
function archive(parts: Readonly<Record<string, Buffer>>, streamed = false): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(parts)) {
    const isStored = name === 'mimetype';
    const packed = isStored ? content : deflateRawSync(content);
    const facts = Buffer.concat([
      number(crc32(content), 4, 'LE'),
      number(packed.length, 4, 'LE'),
      number(content.length, 4, 'LE'),
    ]);
    const head = [number(20, 2, 'LE'), number(streamed ? 8 : 0, 2, 'LE'), number(isStored ? 0 : 8, 2, 'LE'), zeros(4)];
    const names = [number(name.length, 2, 'LE'), zeros(2)];
    const behind = streamed ? [text('PK\x07\x08'), facts] : [];
    const file = Buffer.concat([
      text('PK\x03\x04'),
      ...head,
      streamed ? zeros(12) : facts,
      ...names,
      text(name),
      packed,
      ...behind,
    ]);
    directory.push(
      Buffer.concat([
        text('PK\x01\x02'),
        number(20, 2, 'LE'),
        ...head,
        facts,
        ...names,
        zeros(10),
        number(offset, 4, 'LE'),
        text(name),
      ]),
    );
    files.push(file);
    offset += file.length;
  }
  const list = Buffer.concat(directory);
  const count = number(files.length, 2, 'LE');
  return Buffer.concat([
    ...files,
    list,
    text('PK\x05\x06'),
    zeros(4),
    count,
    count,
    number(list.length, 4, 'LE'),
    number(offset, 4, 'LE'),
    zeros(2),
  ]);
}

const photograph = async (): Promise<Buffer> =>
  sharp(await picture(90, 60))
    .withExif({ IFD0: { Artist: secret.repeat(10) }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' } })
    .jpeg()
    .toBuffer();

const officeXml = 'application/vnd.openxmlformats-officedocument';
const typesOf = (part: string, type: string): Readonly<Record<string, Buffer>> => ({
  '[Content_Types].xml': text(
    `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/${part}" ContentType="${type}"/></Types>`,
  ),
  '_rels/.rels': text('<Relationships/>'),
});
const coreProperties = text(
  `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>${secret}</dc:creator><cp:lastModifiedBy>${secret}</cp:lastModifiedBy></cp:coreProperties>`,
);

/** Behind its end, as telephones write them: a second picture with its own place, and a film. Zeros between its segments disturb no decoder. */
async function photographWithMore(): Promise<Buffer> {
  const plain = await sharp(await picture(90, 60))
    .jpeg({ progressive: true })
    .toBuffer();
  return Buffer.concat([plain.subarray(0, 2), zeros(3), plain.subarray(2), await photograph(), text(`MotionPhoto ${secret}`)]);
}

/** With words, a time and EXIF. */
async function screenshot(): Promise<Buffer> {
  const shot = await sharp(await picture(90, 60))
    .png()
    .toBuffer();
  return withMetadata(
    shot,
    `-PNG:Author=${secret}`,
    `-XMP:Creator=${secret}`,
    '-EXIF:GPSLatitude=52.51',
    '-EXIF:GPSLatitudeRef=N',
  );
}

const animation = async (): Promise<Buffer> =>
  withMetadata(
    await sharp(await picture(90, 60))
      .gif()
      .toBuffer(),
    `-Comment=${secret}`,
    `-XMP:Creator=${secret}`,
  );

/** As Excel keeps it: with the folder in which it was saved. */
const workbook = (more: Readonly<Record<string, Buffer>> = {}): Buffer =>
  archive({
    ...typesOf('xl/workbook.xml', `${officeXml}.spreadsheetml.sheet.main+xml`),
    'docProps/core.xml': coreProperties,
    'xl/workbook.xml': text(
      `<workbook xmlns="x"><mc:Choice Requires="x15"><x15ac:absPath url="C:\\Users\\${secret}\\Acme\\" xmlns:x15ac="y"/></mc:Choice><sheets>What is to be read.</sheets></workbook>`,
    ),
    ...more,
  });

/** What a program writes at the beginning of a drawing, and notes beside what it draws. */
function emf(): Buffer {
  const said = Buffer.from(`Acme Draw\0${secret}\0\0`, 'utf16le');
  const head = Buffer.concat([
    number(1, 4, 'LE'),
    number(88 + said.length, 4, 'LE'),
    zeros(32),
    text(' EMF'),
    zeros(16),
    number(said.length / 2, 4, 'LE'),
    number(88, 4, 'LE'),
    zeros(20),
    said,
  ]);
  const note = Buffer.concat([number(70, 4, 'LE'), number(12 + 20, 4, 'LE'), number(20, 4, 'LE'), text(secret.padEnd(20))]);
  const drawn = Buffer.concat([number(70, 4, 'LE'), number(12 + 20, 4, 'LE'), number(20, 4, 'LE'), text('EMF+ is drawn here  ')]);
  return Buffer.concat([head, note, drawn, number(14, 4, 'LE'), number(20, 4, 'LE'), zeros(12)]);
}

function wmf(): Buffer {
  const note = Buffer.concat([
    number(15, 4, 'LE'),
    number(0x0626, 2, 'LE'),
    number(15, 2, 'LE'),
    number(20, 2, 'LE'),
    text(secret.padEnd(20)),
  ]);
  return Buffer.concat([number(1, 2, 'LE'), number(9, 2, 'LE'), zeros(14), note, number(3, 4, 'LE'), zeros(2)]);
}

const svg = (more = ''): Buffer =>
  text(
    `<?xml version="1.0"?><!-- Creator: Acme Draw --><svg xmlns="http://www.w3.org/2000/svg" sodipodi:docname="${secret}.svg" inkscape:export-filename='C:\\${secret}'><metadata id="m"><rdf:RDF>${secret}</rdf:RDF></metadata><sodipodi:namedview inkscape:window-width="9"/><title>What is seen</title><path d="M0 0"/>${more}</svg>`,
  );

const printer = Buffer.concat([
  Buffer.from(`\\\\acme\\${secret}`.padEnd(32, '\0'), 'utf16le'),
  Buffer.from(Array.from({ length: 900 }, (_, index) => (index * 31) % 256)),
]);

/** A presentation with pictures of all kinds, and the workbook behind a chart; its properties are called as .NET calls them. */
const slides = async (): Promise<Buffer> =>
  archive({
    ...typesOf('ppt/presentation.xml', `${officeXml}.presentationml.presentation.main+xml`),
    'package/services/metadata/core-properties/1a2b.psmdcp': coreProperties,
    'ppt/presentation.xml': text('<p:presentation>What is to be read.</p:presentation>'),
    'ppt/media/image1.jpg': await photographWithMore(),
    'ppt/media/image2.png': await screenshot(),
    'ppt/media/image3.gif': await animation(),
    'ppt/media/image4.svg': svg(),
    'ppt/media/image5.emf': emf(),
    'ppt/media/image6.wmf': wmf(),
    'ppt/printerSettings/printerSettings1.bin': printer,
    'ppt/embeddings/Microsoft_Excel_Sheet1.xlsx': workbook(),
  });

/** With macros: no type of the list. */
const macros = (): Buffer =>
  archive({
    ...typesOf('word/document.xml', 'application/vnd.ms-word.document.macroEnabled.main+xml'),
    'docProps/core.xml': coreProperties,
    'word/document.xml': text('<w:document>What is to be read.</w:document>'),
  });

async function office(streamed: boolean): Promise<Buffer> {
  const photo = await photograph();
  return archive(
    {
      ...typesOf('word/document.xml', `${officeXml}.wordprocessingml.document.main+xml`),
      'docProps/core.xml': coreProperties,
      'docProps/app.xml': text(
        `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Company>${secret}</Company><Application>Acme Writer of Documents</Application></Properties>`,
      ),
      'word/document.xml': text('<w:document>What is to be read.</w:document>'),
      'word/media/image1.jpg': photo,
    },
    streamed,
  );
}

const openMeta = text(
  `<?xml version="1.0" encoding="UTF-8"?><office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"><office:meta><initial-creator>${secret}</initial-creator></office:meta></office:document-meta>`,
);

/** With an object in it, as a formula or a chart is one. */
const openDocument = (): Buffer =>
  archive({
    mimetype: text('application/vnd.oasis.opendocument.text'),
    'content.xml': text('<office:document-content/>'),
    'meta.xml': openMeta,
    'Object 1/meta.xml': openMeta,
    'settings.xml': text(
      `<office:document-settings><config:config-item config:name="PrinterName" config:type="string">Acme ${secret}</config:config-item><config:config-item config:name="PrinterSetup" config:type="base64Binary">${text(secret).toString('base64')}</config:config-item><config:config-item config:name="ZoomFactor" config:type="short">100</config:config-item></office:document-settings>`,
    ),
  });

const cleaned: readonly (readonly [name: string, content: () => Buffer | Promise<Buffer>])[] = [
  ['film.mp4', () => film('mp42')],
  ['film.mov', () => film('qt  ')],
  ['film.webm', webm],
  ['song.mp3', mp3],
  ['song.wav', wav],
  ['song.flac', flac],
  ['song.ogg', ogg],
  ['paper.pdf', () => pdf()],
  ['letter.docx', () => office(false)],
  ['streamed.docx', () => office(true)],
  ['letter.odt', openDocument],
  ['slides.pptx', slides],
  ['sheet.xlsx', () => workbook()],
  ['letter.docm', macros],
];

const isArchive = (file: Buffer): boolean => file.toString('latin1', 0, 2) === 'PK';

/** What is in an archive, unpacked by what its directory says, as text; what is not as the directory says fails. */
function unpacked(file: Buffer): string {
  const end = file.lastIndexOf(text('PK\x05\x06'));
  expect(end + 22 + file.readUInt16LE(end + 20), 'nothing stands behind the end').to.equal(file.length);
  let at = file.readUInt32LE(end + 16);
  const parts: string[] = [];
  for (let count = file.readUInt16LE(end + 10); count > 0; count -= 1) {
    const [method, sum, packed, size] = [10, 16, 20, 24].map((place) => file.readUInt32LE(at + place)) as [
      number,
      number,
      number,
      number,
    ];
    const [name, more, remark] = [28, 30, 32].map((place) => file.readUInt16LE(at + place)) as [number, number, number];
    const local = file.readUInt32LE(at + 42);
    const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    const bytes = file.subarray(start, start + packed);
    const content = (method & 0xffff) === 0 ? bytes : inflateRawSync(bytes);
    expect([content.length, crc32(content)]).to.deep.equal([size, sum]);
    // The facts stand once more, before the part or behind it.
    const behind = start + packed + 4;
    expect(file.readUInt32LE((file.readUInt16LE(local + 6) & 8) === 0 ? local + 14 : behind)).to.equal(sum);
    const said = isArchive(content) ? unpacked(content) : content.toString('latin1');
    parts.push(`${file.toString('utf8', at + 46, at + 46 + name)}: ${said}`);
    at += 46 + name + more + remark;
  }
  return parts.join('\n');
}

/** What stays as it was in each of these. */
const stays: Readonly<Record<string, (content: Buffer) => boolean>> = {
  paper: (content) => content.includes(essence.subarray(0, 40)),
  film: (content) => content.includes(essence),
  letter: (content) => /What is to be read|<office:document-content.*>100<\/config/s.test(unpacked(content)),
  streamed: (content) => unpacked(content).includes('What is to be read'),
  slides: (content) =>
    unpacked(content).split('What is to be read').length === 3 &&
    ['<title>What is seen</title><path d="M0 0"/>', 'EMF+ is drawn here'].every((part) => unpacked(content).includes(part)),
  sheet: (content) => unpacked(content).includes('What is to be read'),
  song: (content) =>
    content.includes(essence) || content.includes(Buffer.from('fffb9064', 'hex')) || content.includes('\x05vorbis'),
};

describe('Files of readers', () => {
  let library: Library;

  before(async () => {
    library = await Library.open();
  });
  after(() => library.close());

  const download = (agent: ReturnType<Library['portal']['agent']>, { id }: Document): supertest.Test =>
    agent.get(`${base}/documents/${id}/download`).buffer(true).parse(binary);

  for (const [name, content] of cleaned) {
    it(`tell nothing of the making of ${name}, and are otherwise as they were`, async () => {
      const original = await content();
      const told = (file: Buffer): Promise<string> | string => (isArchive(file) ? unpacked(file) : metadataText(file));
      expect(await told(original), 'the file that the test made').to.match(telling);
      const document = await library.add({ name, content: original });
      const read = await download(library.portal.agent(), document).expect(200);
      const copy = bytes(read);
      expect(await told(copy)).not.to.match(telling);
      expect(copy.includes(secret), 'the words themselves').to.equal(false);
      expect(read.headers['content-type']).to.contain(document.mimeType);
      expect(stays[name.split('.')[0] as string]?.(copy) ?? true, 'what is seen and heard').to.equal(true);
      if (!name.endsWith('.pdf')) expect(copy.length).to.equal(original.length);
      expect(bytes(await download(library.author, document).expect(200)), 'for the author').to.deep.equal(original);
    });
  }

  it('are served in parts, from a copy that is made once and goes with its document', async () => {
    const document = await library.add({ name: 'parts.mp4', content: await film('mp42') });
    const guest = library.portal.agent();
    const [whole, again] = await Promise.all([download(guest, document), download(guest, document)]);
    expect(whole?.headers.etag).to.equal(again?.headers.etag);
    expect(whole?.headers.etag).not.to.contain(document.sha256);
    const part = await download(guest, document).set('Range', 'bytes=100-299').expect(206);
    expect(bytes(part)).to.deep.equal(bytes(whole as supertest.Response).subarray(100, 300));
    await download(guest, document).set('Range', 'bytes=999999-').expect(416);
    await library.form(`${base}/documents/${document.id}/delete`).expect(303);
    await download(guest, document).expect(404);
  });

  it('are what somebody wrote, byte for byte, when they are texts and archives', async () => {
    const written = Buffer.from('Author: as it is written');
    for (const [name, content] of [
      ['a.txt', written],
      ['a.zip', archive({ 'a.txt': written })],
      ['a.elf', Buffer.concat([text('\x7fELF'), zeros(100), written])],
      ['a.bin', Buffer.alloc(0)],
    ] as const) {
      const document = await library.add({ name, content });
      expect(bytes(await download(library.portal.agent(), document).expect(200)), name).to.deep.equal(content);
    }
  });

  it('keep nobody waiting who publishes: what is not known in time is left out', async () => {
    const quick = await Library.open({ config: { modules: { 'documents-media': { readerCopySeconds: 1 } } } });
    try {
      const hidden = await quick.add({ name: 'photo.heic', content: box('ftyp', text('heic'), zeros(4), text('mif1heic')) });
      const slow = await quick.add({ name: 'slow.pdf', content: await pdf() });
      const [row] = await quick.portal
        .service(UnitOfWork)
        .read((reader) =>
          reader.query<{ blobId: string }>('SELECT blob_id AS "blobId" FROM documents_media_document WHERE id = ?', [slow.id]),
        );
      const path = quick.portal.service(BlobStore).pathOf(row?.blobId ?? '');
      // Whoever reads it waits until somebody writes.
      await rm(path);
      await run('mkfifo', [path]);
      try {
        const withheld = await quick.documents.withheldFromReaders(quick.system(), [hidden.id, slow.id]);
        expect(withheld).to.deep.equal([{ id: hidden.id, name: 'photo.heic' }]);
      } finally {
        await writeFile(path, '');
      }
    } finally {
      await quick.close();
    }
  });

  it('are made again when more of their metadata is known', async () => {
    const document = await library.add({ name: 'again.docx', content: await office(false) });
    const guest = library.portal.agent();
    await download(guest, document).expect(200);
    const unitOfWork = library.portal.service(UnitOfWork);
    const made = (): Promise<readonly { blobId: string }[]> =>
      unitOfWork.read((reader) =>
        reader.query(
          `SELECT rendition.blob_id AS "blobId" FROM documents_media_rendition rendition
             JOIN documents_media_document document ON document.blob_id = rendition.source_blob_id WHERE document.id = ?`,
          [document.id],
        ),
      );
    const before = await made();
    await unitOfWork.write(async (transaction) => {
      await new DropReaderCopies1764630000000().up({ query: (sql: string) => transaction.query(sql) } as QueryRunner);
    });
    expect([before.length, (await made()).length]).to.deep.equal([1, 0]);
    await download(guest, document).expect(200);
    expect(await made())
      .to.have.lengthOf(1)
      .and.not.deep.equal(before);
  });

  it('are not there when nobody knows how to take their metadata out; the author gets them', async () => {
    const hidden = element('1654ae6b', element('ae', element('83', Buffer.of(0x21))));
    const strange: readonly (readonly [string, Buffer])[] = [
      ['photo.heic', Buffer.concat([box('ftyp', text('heic'), zeros(4), text('mif1heic')), box('meta', text(secret))])],
      ['scan.tif', Buffer.concat([text('II*\0'), number(8, 4, 'LE'), zeros(64)])],
      ['cut.mp4', (await film('mp42')).subarray(0, 900)],
      ['positions.webm', Buffer.concat([element('1a45dfa3', element('4282', text('webm'))), element('18538067', hidden)])],
      ['signed.pdf', await pdf('/AcroForm << /SigFlags 3 /Fields [<< /V << /Type /Sig /ByteRange [0 1 2 3] >> >>] >>')],
      ['carrier.pdf', await pdf('/Names << /EmbeddedFiles << /Names [(a) << /Type /Filespec /EF << /F 4 0 R >> >>] >> >>')],
      ['old.doc', Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), zeros(2000)])],
      ['drawn.xlsx', workbook({ 'xl/media/image1.svg': svg('<image href="data:image/jpeg;base64,AAAA"/>') })],
      ['packed.xlsx', workbook({ 'xl/media/image1.emz': text(secret) })],
      ['carrier.xlsx', workbook({ 'xl/embeddings/oleObject1.bin': text(secret) })],
      [
        'book.epub',
        archive({ mimetype: text('application/epub+zip'), 'content.opf': text(`<dc:creator>${secret}</dc:creator>`) }),
      ],
      ['figure.eps', text(`%!PS-Adobe-3.0 EPSF-3.0\n%%Creator: ${secret}\n%\x00\x80`)],
      ['clip.wmv', Buffer.concat([Buffer.from('3026b2758e66cf11a6d900aa0062ce6c', 'hex'), zeros(14)])],
    ];
    const documents: Document[] = [];
    for (const [name, content] of strange) documents.push(await library.add({ name, content }));
    for (const document of documents) {
      for (const time of ['first', 'second'])
        expect((await download(library.portal.agent(), document)).status, `${document.name}, ${time} time`).to.equal(404);
      await download(library.author, document).expect(200);
      const path = `${base}/documents/${document.id}`;
      const page = await library.portal.agent().get(path).expect(200);
      expect(page.text, document.name)
        .to.include('This file is only there for people who work with the documents of this site.')
        .and.not.include(path.concat('/download'))
        .and.not.include('Download');
      expect((await library.get(path).expect(200)).text).to.include(`${path}/download`);
    }
    const open = await library.add({ name: 'open.txt' });
    expect((await library.portal.agent().get(`${base}/documents/${open.id}`).expect(200)).text).to.include(
      `${base}/documents/${open.id}/download`,
    );
    const fine = await library.add({ name: 'fine.png', content: await picture(20, 20) });
    const withheld = await library.documents.withheldFromReaders(
      library.system(),
      [...documents, fine].map(({ id }) => id),
    );
    expect(withheld).to.deep.equal(documents.map(({ id, name }) => ({ id, name })));
  });
});

function binary(answer: supertest.Response, done: (error: Error | null, body: Buffer) => void): void {
  const parts: Buffer[] = [];
  const stream = answer as unknown as NodeJS.ReadableStream;
  stream.on('data', (part: Buffer) => parts.push(part));
  stream.on('end', () => done(null, Buffer.concat(parts)));
}
