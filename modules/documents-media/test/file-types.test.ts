import { crc32, deflateSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import sharp from 'sharp';
import { base, Library, picture } from '../testing/index.js';

interface UploadAnswer {
  readonly documents: readonly {
    readonly id: string;
    readonly name: string;
    readonly mimeType: string;
    readonly isFile?: boolean;
    readonly note?: string;
  }[];
  readonly failures: readonly { readonly sentence: string }[];
}

/** An archive whose files are stored as they are. */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const content = Buffer.from(text);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt32LE(crc32(content), 10);
    facts.writeUInt32LE(content.length, 14);
    facts.writeUInt32LE(content.length, 18);
    facts.writeUInt16LE(Buffer.byteLength(name), 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    const part = Buffer.concat([Buffer.from('PK\x03\x04'), facts, Buffer.from(name), content]);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), facts, place, Buffer.from(name)]));
    parts.push(part);
    offset += part.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(parts.length, 4);
  end.writeUInt16LE(parts.length, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, list, Buffer.from('PK\x05\x06'), end]);
}

function office(part: string, type: string): Buffer {
  const contents = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/${part}" ContentType="application/vnd.openxmlformats-officedocument.${type}.main+xml"/></Types>`;
  return zip({ '[Content_Types].xml': contents, '_rels/.rels': '<Relationships/>', [part]: '<x/>' });
}

const openDocument = (kind: string): Buffer =>
  zip({ mimetype: `application/vnd.oasis.opendocument.${kind}`, 'content.xml': '<x/>' });

function box(brand: string): Buffer {
  const head = Buffer.from(`\0\0\0\x18ftyp${brand}\0\0\0\0${brand}isom`, 'latin1');
  return Buffer.concat([head, Buffer.from('\0\0\0\x08mdat', 'latin1'), Buffer.alloc(64)]);
}

const bytes = (text: string, more = 64): Buffer => Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(more)]);

/** Black, one bit for each pixel: a small file, however large the picture. */
function plainPng(width: number, height: number): Buffer {
  const chunk = (type: string, content: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), content]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 1;
  const rows = deflateSync(Buffer.alloc((1 + Math.ceil(width / 8)) * height));
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

async function movingGif(): Promise<Buffer> {
  const frames = await Promise.all(
    ['red', 'blue'].map((background) =>
      sharp({ create: { width: 40, height: 30, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  return sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
}

const officeXml = 'application/vnd.openxmlformats-officedocument';
const oasis = 'application/vnd.oasis.opendocument';

describe('The type of a file', () => {
  let library: Library;

  before(async () => {
    library = await Library.open();
  });

  after(() => library.close());

  const matroska = '\x1a\x45\xdf\xa3\x93\x42\x86\x81\x01\x42\x82\x84webm\x42\x87\x81\x02';
  const ogg = '\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x1e\x01vorbis';
  const drawing =
    '<?xml version="1.0"?>\n<!-- a dot -->\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
  const files: readonly (readonly [name: string, content: () => Buffer | Promise<Buffer>, mimeType: string, words: string])[] = [
    ['film.mp4', () => box('isom'), 'video/mp4', 'MP4 video'],
    ['film.mov', () => box('qt  '), 'video/quicktime', 'MOV video'],
    ['film.webm', () => bytes(matroska), 'video/webm', 'WebM video'],
    ['song.mp3', () => bytes(`ID3\x03\0\0\0\0\0\x0a${'\0'.repeat(10)}\xff\xfb\x90\x64`, 512), 'audio/mpeg', 'MP3 audio'],
    ['song.wav', () => bytes('RIFF\x24\0\0\0WAVEfmt \x10\0\0\0'), 'audio/wav', 'WAV audio'],
    ['song.ogg', () => bytes(`OggS${ogg}`), 'audio/ogg', 'OGG audio'],
    ['song.flac', () => bytes('fLaC\0\0\0\x22'), 'audio/flac', 'FLAC audio'],
    [
      'letter.docx',
      () => office('word/document.xml', 'wordprocessingml.document'),
      `${officeXml}.wordprocessingml.document`,
      'DOCX document',
    ],
    ['sums.xlsx', () => office('xl/workbook.xml', 'spreadsheetml.sheet'), `${officeXml}.spreadsheetml.sheet`, 'XLSX table'],
    [
      'talk.pptx',
      () => office('ppt/presentation.xml', 'presentationml.presentation'),
      `${officeXml}.presentationml.presentation`,
      'PPTX presentation',
    ],
    ['letter.odt', () => openDocument('text'), `${oasis}.text`, 'ODT document'],
    ['sums.ods', () => openDocument('spreadsheet'), `${oasis}.spreadsheet`, 'ODS table'],
    ['talk.odp', () => openDocument('presentation'), `${oasis}.presentation`, 'ODP presentation'],
    ['paper.pdf', () => bytes('%PDF-1.7\n'), 'application/pdf', 'PDF document'],
    ['things.zip', () => zip({ 'a.txt': 'a' }), 'application/zip', 'ZIP archive'],
    ['things.7z', () => bytes('7z\xbc\xaf\x27\x1c\0\x04'), 'application/x-7z-compressed', '7Z archive'],
    ['things.tar.gz', () => gzipSync('things'), 'application/gzip', 'GZ archive'],
    ['phone.heic', () => box('heic'), 'image/heic', 'HEIC image'],
    [
      'scan.tiff',
      () =>
        sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
          .tiff()
          .toBuffer(),
      'image/tiff',
      'TIFF image',
    ],
    ['old.bmp', () => bytes('BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0'), 'image/bmp', 'BMP image'],
    ['drawing.svg', () => Buffer.from(drawing), 'image/svg+xml', 'SVG image'],
    ['list.csv', () => Buffer.from('name,sum\nJörg,1\n'), 'text/csv', 'CSV table'],
    ['read.md', () => Buffer.from('# BM is a text\n'), 'text/markdown', 'MD text'],
    ['facts.json', () => Buffer.from('{"a":1}'), 'application/json', 'JSON text'],
    ['notes.txt', () => Buffer.from('BM is how this begins'), 'text/plain', 'Text'],
  ];

  for (const [name, content, mimeType, words] of files)
    it(`of ${name} is ${mimeType}, in the list, for programs and in the download that no browser guesses about`, async () => {
      const answer = await library.upload([{ name, content: await content() }]).expect(201);
      const [document] = (answer.body as UploadAnswer).documents;
      expect(document).to.include({ name, mimeType, isFile: true });
      const api = await library.get(`${base}/api/documents/${document?.id}`).expect(200);
      expect(api.body).to.include({ mimeType });
      expect((await library.get(`${base}?view=table&q=${name}`).expect(200)).text).to.include(`>${words}<`);
      const download = await library.get(`${base}/documents/${document?.id}/download`).expect(200);
      expect((download.headers['content-type'] ?? '').replace('; charset=utf-8', '')).to.equal(mimeType);
      expect(download.headers).to.include({
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
      });
      expect(download.headers['content-disposition']).to.match(/^attachment; /);
      await library.get(`${base}/documents/${document?.id}/view`).expect(404);
      expect((await library.get(`${base}?view=cards&q=${name}`).expect(200)).text)
        .to.include('class="tile-view t-')
        .and.not.include('see-through');
      await library.get(`${base}/documents/${document?.id}/thumbnail`).expect(404);
    });

  it('is decided by the bytes: a name alone makes nothing a film, a table or a drawing', async () => {
    for (const [name, content] of [
      ['list.mp4', '#EXTM3U\nfile:///etc/passwd\n'],
      ['sheet.xlsx', 'no sheet'],
      ['page.svg', '<html><svg></svg></html>'],
      ['page.html', '<html></html>'],
      ['binary.csv', 'a,b\0'],
    ] as const)
      expect((await library.add({ name, content: Buffer.from(content) })).mimeType, name).to.equal('application/octet-stream');
    const renamed = await library.add({ name: 'really-a-pdf.bin', content: bytes('%PDF-1.7\n') });
    expect(renamed.mimeType).to.equal('application/pdf');
  });

  it('of a text in UTF-16 is a text with its charset, as long as all of it is one', async () => {
    const little = Buffer.from('\ufeffName;Stadt\nMüller;Köln\n', 'utf16le');
    const found: string[] = [];
    for (const [name, content] of [
      ['little.csv', little],
      ['big.txt', Buffer.from(little).swap16()],
      ['half-wide.txt', Buffer.from(little).swap16().subarray(0, 9)],
      ['zeros.txt', Buffer.concat([Buffer.from(little).swap16(), Buffer.alloc(8)])],
    ] as const) {
      const { id } = await library.add({ name, content });
      const download = await library.get(`${base}/documents/${id}/download`).expect(200);
      found.push(download.headers['content-type'] ?? '');
    }
    const octets = 'application/octet-stream';
    expect(found).to.deep.equal(['text/csv; charset=utf-16', 'text/plain; charset=utf-16', octets, octets]);
  });

  it('of a file of Windows in two bytes a character is never sound', async () => {
    const content = Buffer.from('\ufeffWindows Registry Editor Version 5.00\r\n', 'utf16le');
    expect((await library.add({ name: 'settings.reg', content })).mimeType).to.equal('application/octet-stream');
  });

  it('of text names a charset only when every byte was read', async () => {
    const late = Buffer.concat([Buffer.from('name;city\n'.repeat(450)), Buffer.from('M\xfcller;K\xf6ln\n', 'latin1')]);
    const types: string[] = [];
    for (const [name, content] of [
      ['late-latin1.csv', late],
      ['late-utf8.csv', Buffer.from(`${'name;city\n'.repeat(60_000)}Müller;Köln\n`)],
      ['cut.txt', Buffer.from('Köl\xc3'.slice(0, 3)).subarray(0, 3)],
    ] as const) {
      const { id } = await library.add({ name, content });
      const download = await library.get(`${base}/documents/${id}/download`).expect(200);
      types.push(download.headers['content-type'] ?? '');
    }
    expect(types).to.deep.equal(['text/csv', 'text/csv; charset=utf-8', 'text/plain; charset=utf-8']);
    const cut = await library.add({ name: 'half.txt', content: Buffer.from([0x61, 0xc3]) });
    expect((await library.get(`${base}/documents/${cut.id}/download`)).headers['content-type']).to.equal('text/plain');
  });

  it('GIF, still or moving, has a preview, moves when it is shown, and can be chosen for an article', async () => {
    const moving = await movingGif();
    const still = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'green' } })
      .gif()
      .toBuffer();
    for (const [name, content] of [
      ['still.gif', still],
      ['moving.gif', moving],
    ] as const) {
      const answer = await library.upload([{ name, content }]).expect(201);
      const [document] = (answer.body as UploadAnswer).documents;
      expect(document).to.include({ mimeType: 'image/gif' }).and.not.have.property('isFile');
      expect(await library.documents.find(library.system(), document?.id ?? '')).to.include({ width: 40, height: 30 });
      const thumbnail = await library.get(`${base}/documents/${document?.id}/thumbnail`).buffer(true).expect(200);
      expect(await sharp(thumbnail.body as Buffer).metadata()).to.include({ width: 40, height: 30, format: 'webp' });
      const view = await library.get(`${base}/documents/${document?.id}/view`).buffer(true).expect(200);
      expect(view.headers['content-type']).to.equal('image/gif');
      expect(view.body).to.deep.equal(content);
      const reader = await library.portal.agent().get(`${base}/documents/${document?.id}/view`).buffer(true).expect(200);
      const seen = await sharp(reader.body as Buffer).metadata();
      expect(seen).to.include({ format: 'gif', width: 40, height: 30 });
      expect(seen.pages ?? 1).to.equal(name === 'moving.gif' ? 2 : 1);
      const selector = await library.get(`${base}/selector?type=image&return=image-url`).expect(200);
      expect(selector.text).to.include(`${base}/documents/${document?.id}/view&quot;`);
    }
  });

  it('of a picture beyond the limit of the preview is its own; it is kept as a file, and the person is told', async () => {
    const content = plainPng(12_000, 9_000);
    const answer = await library.upload([{ name: '108-megapixels.png', content }]).expect(201);
    const [document] = (answer.body as UploadAnswer).documents;
    expect(document).to.include({ mimeType: 'image/png', isFile: true });
    expect(document?.note).to.include('It is kept as a file without a preview');
    const download = await library.get(`${base}/documents/${document?.id}/download`).buffer(true).expect(200);
    expect(download.body).to.deep.equal(content);
    expect(download.headers['content-type']).to.equal('image/png');
    expect((await library.get(`${base}/documents/${document?.id}`)).text).to.include('too many pixels to be shown here');
    expect((await library.get(`${base}?q=108`)).text).not.to.include(`${document?.id}/thumbnail`);
    expect((await library.get(`${base}/selector?type=image&return=image-url`)).text).not.to.include('108-megapixels');
    const plain = await library
      .post(`${base}/upload`)
      .set('Accept', 'text/html')
      .attach('file', content, { filename: 'by-form.png' })
      .expect(303);
    expect((await library.get(plain.headers.location ?? '')).text).to.include(
      'by-form.png was added. It is kept as a file without a preview',
    );
  });

  it('of a photograph whose scan header is out of the standard is JPEG: decoders only warn', async () => {
    const photograph = await picture(64, 64, 'jpeg');
    const scan = photograph.indexOf(Buffer.from([0xff, 0xda]));
    photograph[scan + 2 + photograph.readUInt16BE(scan + 2) - 2] = 0;
    const added = await library.add({ name: 'scan-header.jpg', content: photograph });
    expect(added).to.include({ mimeType: 'image/jpeg', width: 64, height: 64 });
    await library.get(`${base}/documents/${added.id}/thumbnail`).expect(200);
  });
});
