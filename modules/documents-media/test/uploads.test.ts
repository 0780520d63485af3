import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import { base, Library, picture } from '../testing/index.js';

interface UploadAnswer {
  readonly documents: readonly {
    readonly id: string;
    readonly name: string;
    readonly mimeType: string;
    readonly view: string;
    readonly note?: string;
  }[];
  readonly failures: readonly { readonly name: string; readonly code: string; readonly sentence: string }[];
}

async function names(library: Library, folder = ''): Promise<string[]> {
  const answer = await library.get(`${base}/api/documents?order=name&folder=${folder}`);
  return (answer.body as { documents: { name: string }[] }).documents.map(({ name }) => name);
}

async function countBlobs(home: string): Promise<number> {
  const entries = await readdir(join(home, 'blobs'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

describe('Uploading documents', () => {
  let library: Library;

  before(async () => {
    library = await Library.open({ config: { modules: { 'documents-media': { maxFileBytes: 400_000, maxFilesPerUpload: 5 } } } });
  });

  after(() => library.close());

  it('takes one file and answers the document', async () => {
    const content = await picture(120, 80);
    const answer = await library.upload([{ name: 'one.png', content }], `${base}/upload`).expect(201);
    const { documents, failures } = answer.body as UploadAnswer;
    expect(failures).to.deep.equal([]);
    expect(documents.map(({ name, mimeType }) => ({ name, mimeType }))).to.deep.equal([
      { name: 'one.png', mimeType: 'image/png' },
    ]);
    const stored = await library.documents.find(library.system(), documents[0]?.id ?? '');
    expect(stored).to.include({ width: 120, height: 80, size: content.length });
  });

  it('works as a plain form: the token as a field, then a list that shows what was added', async () => {
    const answer = await library.author
      .post(`${base}/upload-multiple`)
      .set('Origin', library.portal.url)
      .set('Accept', 'text/html')
      .field('csrf', library.csrf)
      .attach('file', Buffer.from('first'), { filename: 'plain-1.txt' })
      .attach('file', Buffer.from('second'), { filename: 'plain-2.txt' })
      .expect(303);
    const list = await library.get(answer.headers.location ?? '').expect(200);
    expect(list.text).to.include('2 files were added.').and.include('Just added').and.include('plain-1.txt');
  });

  it('reports each file on its own: what is fine is kept, what is not is said', async () => {
    const answer = await library
      .upload([
        { name: 'fine.txt', content: Buffer.from('fine') },
        { name: 'fake.png', content: Buffer.from('this is no picture') },
        { name: 'huge.bin', content: Buffer.alloc(450_000, 1) },
        { name: 'fine-too.txt', content: Buffer.from('fine as well') },
      ])
      .expect(415);
    const { documents, failures } = answer.body as UploadAnswer;
    expect(documents.map(({ name }) => name)).to.deep.equal(['fine.txt', 'fine-too.txt']);
    expect(failures.map(({ name, code }) => ({ name, code }))).to.deep.equal([
      { name: 'fake.png', code: 'wrong-type' },
      { name: 'huge.bin', code: 'too-large' },
    ]);
    expect(failures[0]?.sentence).to.include('fake.png is not an image');
  });

  it('says on the plain form what failed, beside what was added', async () => {
    const answer = await library
      .post(`${base}/upload-multiple`)
      .set('Accept', 'text/html')
      .attach('file', Buffer.from('no picture'), { filename: 'broken.webp' })
      .attach('file', Buffer.from('good'), { filename: 'good.txt' })
      .expect(415);
    expect(answer.text).to.include('broken.webp is not an image').and.include('type="file"');
    expect(await names(library)).to.include('good.txt');
  });

  it('asks for a file when the form comes without one', async () => {
    const answer = await library
      .post(`${base}/upload`)
      .set('Accept', 'text/html')
      .attach('file', Buffer.alloc(0), { filename: '' })
      .expect(400);
    expect(answer.text).to.include('Choose a file first.');
  });

  it('refuses a name that is taken, whatever the case of its letters', async () => {
    await library.upload([{ name: 'Report.txt', content: Buffer.from('a') }]).expect(201);
    const answer = await library.upload([{ name: 'rePORT.txt', content: Buffer.from('b') }]).expect(409);
    expect((answer.body as UploadAnswer).failures[0]).to.include({ code: 'name-taken' });
  });

  it('says of names which are taken, twice there or none, before anything is sent, and suggests free ones', async () => {
    await library.add({ name: 'plan.txt' });
    await library.add({ name: 'plan (1).txt' });
    const ask = (names: readonly string[], folder = '') =>
      library.post(`${base}/check-names?folder=${folder}`).set('Accept', 'application/json').send({ names });
    const answer = await ask(['new.txt', 'PLAN.txt', 'new.txt', 'a/b.txt']).expect(200);
    expect((answer.body as { names: object[] }).names).to.deep.equal([
      { name: 'new.txt' },
      {
        name: 'PLAN.txt',
        problem: 'There is already a document named plan.txt in this folder. Choose another name.',
        suggestion: 'PLAN (2).txt',
      },
      {
        name: 'new.txt',
        problem: 'There are two files named new.txt. Choose another name for this one.',
        suggestion: 'new (1).txt',
      },
      { name: 'a/b.txt', problem: 'A name cannot contain slashes, backslashes, line breaks or invisible characters.' },
    ]);
    await ask(['x.txt'], '0190a0a0-0000-7000-8000-000000000000').expect(404);
    expect(
      (await library.portal.agent().post(`${base}/check-names`).set('Origin', library.portal.url).send({ names: [] })).status,
    ).to.be.oneOf([401, 403]);
  });

  it('suggests a free name of its own for each of many, of no more than go into one upload', async () => {
    await library.add({ name: 'many.txt' });
    await library.add({ name: 'many (2).txt' });
    const ask = (names: readonly string[]) =>
      library.post(`${base}/check-names`).set('Accept', 'application/json').send({ names });
    const answer = await ask(['many.txt', 'MANY.txt', 'many.txt', 'many (1).txt', 'many.txt']).expect(200);
    expect((answer.body as { names: { suggestion?: string }[] }).names.map(({ suggestion }) => suggestion)).to.deep.equal([
      'many (1).txt',
      'MANY (3).txt',
      'many (4).txt',
      'many (1) (1).txt',
      'many (5).txt',
    ]);
    await ask(['a.txt', 'b.txt', 'c.txt', 'd.txt', 'e.txt', 'f.txt']).expect(400);
  });

  it('finds a free name when the caller wants one, also for two at once', async () => {
    const added = await Promise.all(
      [1, 2, 3].map((number) => library.add({ name: 'sunset.txt', unique: true, content: Buffer.from([number]) })),
    );
    expect(added.map(({ name }) => name).sort()).to.deep.equal(['sunset (1).txt', 'sunset (2).txt', 'sunset.txt']);
  });

  it('keeps hostile names harmless: they are a column, never a path', async () => {
    const hostile = [
      'a\u0000b.txt',
      'a/b.txt',
      'a\\b.txt',
      'dots...',
      '..',
      ' ',
      'x'.repeat(256),
      'turn\u202etxt.exe',
      'line\nbreak.txt',
    ];
    for (const name of hostile) {
      const refused = await library.add({ name }).then(
        () => 'accepted',
        (error: { code?: string }) => error.code,
      );
      expect(refused, JSON.stringify(name)).to.equal('invalid-input');
    }
    const answer = await library.upload([{ name: '../../../etc/passwd', content: Buffer.from('x') }]);
    expect((answer.body as UploadAnswer).documents.map(({ name }) => name)).to.deep.equal(['passwd']);
    const markup = await library.add({ name: '<img src=x onerror=alert(1)>.txt' });
    const list = await library.get(`${base}?order=name`);
    expect(list.text).not.to.include('<img src=x');
    expect(markup.mimeType).to.equal('text/plain');
  });

  it('keeps names of all scripts as they are spelled, in uploads, folders and renames, and refuses what hides', async () => {
    const spelled = ['می\u200cخواهم.png', '👩\u200d👩\u200d👧 holiday.png', 'क्\u200dष.png', 'say "hi".png'];
    const content = await picture(20, 20);
    const answer = await library.upload(spelled.map((name) => ({ name, content }))).expect(201);
    const { documents } = answer.body as UploadAnswer;
    expect(documents.map(({ name }) => name)).to.deep.equal(spelled);
    for (const [index, name] of spelled.entries()) {
      const folder = await library.documents.ensureFolder(library.system(), name);
      expect(folder.name).to.equal(name);
      const place = `${base}/documents/${documents[index]?.id}`;
      await library.form(place, { name: `neu ${name}` }).expect(303);
      const page = await library.get(place).expect(200);
      expect(page.text).to.include(`neu ${name.replaceAll('"', '&quot;')}`);
    }
    for (const name of ['\u200d.png', 'a\u200d.png', 'x\u200by.png', 'b\u00ad.png', '\u3164', '\u2800']) {
      const refused = await library.upload([{ name, content }]).expect(400);
      expect((refused.body as UploadAnswer).failures[0]?.sentence, JSON.stringify(name)).to.include('invisible characters');
    }
  });

  it('decides the type by the bytes, and never serves HTML as HTML', async () => {
    const script = Buffer.from('<html><script>alert(1)</script></html>');
    const polyglot = Buffer.concat([await picture(40, 30), script]);
    expect((await library.add({ name: 'page.html', content: script })).mimeType).to.equal('application/octet-stream');
    expect(
      (await library.add({ name: 'drawing.svg', content: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>') })).mimeType,
    ).to.equal('image/svg+xml');
    expect((await library.add({ name: 'paper.pdf', content: Buffer.from('%PDF-1.7\n') })).mimeType).to.equal('application/pdf');
    const html = await library.add({ name: 'both.png', content: polyglot });
    const view = await library.get(`${base}/documents/${html.id}/view`).expect(200);
    expect(view.headers).to.include({ 'content-type': 'image/png', 'x-content-type-options': 'nosniff' });
    const refused = await library.upload([{ name: 'both.html', content: polyglot }]).expect(415);
    expect((refused.body as UploadAnswer).failures[0]?.code).to.equal('wrong-type');
  });

  it('refuses images whose formats parse too much, and images that are cut off', async () => {
    const full = await picture(60, 40, 'jpeg');
    for (const [name, content] of [
      ['cut.jpg', full.subarray(0, full.length / 2)],
      ['vector.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
      ['moving.webp', Buffer.from('GIF89a')],
    ] as const) {
      const answer = await library.upload([{ name, content }]);
      expect(answer.status, name).to.equal(415);
    }
  });

  it('accepts all four formats, with the dimensions as they are seen', async () => {
    for (const format of ['png', 'jpeg', 'webp', 'avif'] as const) {
      const { width, height, mimeType } = await library.add({ name: `four.${format}`, content: await picture(64, 48, format) });
      expect({ width, height, mimeType }).to.deep.equal({ width: 64, height: 48, mimeType: `image/${format}` });
    }
    const turned = await sharp(await picture(64, 48))
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    expect(await library.add({ name: 'turned.jpg', content: turned })).to.include({ width: 48, height: 64 });
  });

  it('leaves nothing behind when a client goes away in the middle', async () => {
    const before = { blobs: await countBlobs(library.portal.home), names: await names(library) };
    const socket = await library.halfUpload('half.bin');
    setTimeout(() => socket.destroy(), 200);
    await once(socket, 'close');
    await library.get(base).expect(200);
    for (let attempt = 0; attempt < 50 && (await countBlobs(library.portal.home)) > before.blobs; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect({ blobs: await countBlobs(library.portal.home), names: await names(library) }).to.deep.equal(before);
  });

  it('takes the bytes back when the file is refused', async () => {
    const before = await countBlobs(library.portal.home);
    await library.upload([{ name: 'refused.png', content: Buffer.from('nothing') }]).expect(415);
    await library.add({ name: 'clash.txt' });
    await library.upload([{ name: 'clash.txt', content: Buffer.from('again') }]).expect(409);
    expect(await countBlobs(library.portal.home)).to.equal(before + 1);
  });

  it('refuses a folder that is not there, or is in another site', async () => {
    const foreign = await library.documents.ensureFolder(library.system(library.other), 'Foreign');
    for (const folder of ['0190a0a0-0000-7000-8000-000000000000', foreign.id]) {
      await library.get(`${base}/upload?folder=${folder}`).expect(404);
      const answer = await library.upload([{ name: 'lost.txt', content: Buffer.from('x') }], `${base}/upload?folder=${folder}`);
      expect((answer.body as UploadAnswer).failures[0]?.code).to.equal('not-found');
    }
  });

  it('keeps the original as version 1.0 and makes the content the current 1.1', async () => {
    const original = await picture(512, 512);
    const content = await picture(256, 256);
    const { id, size, width } = await library.add({ name: 'scaled.png', content, original });
    expect({ size, width }).to.deep.equal({ size: content.length, width: 256 });
    const page = await library.get(`${base}/documents/${id}`).expect(200);
    expect(page.text).to.include('Version 1.1').and.include('Version 1.0');
    const first = await library.get(`${base}/documents/${id}/versions/1.0/download`).buffer(true).expect(200);
    expect(first.body).to.deep.equal(original);
  });
});

describe('A decompression bomb', () => {
  it('is kept as a file by its number of pixels, before they are decoded', async () => {
    const library = await Library.open({ config: { modules: { 'documents-media': { maxImagePixels: 1_000_000 } } } });
    try {
      const bomb = await sharp({ create: { width: 4000, height: 4000, channels: 3, background: 'red' } })
        .png()
        .toBuffer();
      expect(bomb.length).to.be.below(400_000);
      const answer = await library.upload([{ name: 'bomb.png', content: bomb }]).expect(201);
      const [document] = (answer.body as UploadAnswer).documents;
      expect(document).to.include({ mimeType: 'image/png', isFile: true });
      expect(document?.note).to.include('more than 1 megapixels');
      await library.get(`${base}/documents/${document?.id}/thumbnail`).expect(404);
      await library.get(`${base}/documents/${document?.id}/view`).expect(404);
    } finally {
      await library.close();
    }
  });
});
