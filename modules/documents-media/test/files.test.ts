import { expect } from 'chai';
import sharp from 'sharp';
import { base, Library, picture } from '../testing/index.js';

describe('Sending documents', () => {
  let library: Library;
  let image: string;
  let content: Buffer;
  let text: string;

  before(async () => {
    library = await Library.open();
    content = await picture(800, 600);
    const document = await library.add({ name: 'grün & blau.png', content, altText: 'Two colors' });
    image = `${base}/documents/${document.id}`;
    text = `${base}/documents/${(await library.add({ name: 'ten.txt', content: Buffer.from('0123456789') })).id}`;
  });

  after(() => library.close());

  it('answers a download as data: stored type, attachment, nosniff, sandbox, private and revalidated', async () => {
    const answer = await library.get(`${image}/download`).buffer(true).expect(200);
    expect(answer.body).to.deep.equal(content);
    expect(answer.headers).to.include({
      'content-type': 'image/png',
      'content-length': String(content.length),
      'content-disposition': `attachment; filename="grun & blau.png"; filename*=UTF-8''gr%C3%BCn%20%26%20blau.png`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'private, no-cache',
      'accept-ranges': 'bytes',
    });
    expect(answer.headers.etag).to.match(/^"[0-9a-f]{64}"$/);
    expect(new Date(answer.headers['last-modified'] ?? '').getTime()).to.be.greaterThan(0);
  });

  it('gives old programs a name with a stem and a sign for each letter they lack, and all others the true one', async () => {
    for (const [name, plain] of [
      ['夕暮れの灯台.png', 'document.png'],
      ['ملف.png', 'document.png'],
      ['🇩🇪.png', 'document.png'],
      ['Straße Łódź 夕.png', 'Strasse Lodz _.png'],
      ['say "hi" 50%.png', 'say _hi_ 50_.png'],
    ] as const) {
      const { id } = await library.add({ name, content });
      const answer = await library.get(`${base}/documents/${id}/download`).expect(200);
      const exact = encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
      expect(answer.headers['content-disposition'], name).to.equal(`attachment; filename="${plain}"; filename*=UTF-8''${exact}`);
    }
  });

  it('shows pictures inline, and nothing else', async () => {
    const answer = await library.get(`${image}/view`).expect(200);
    expect(answer.headers['content-disposition']).to.match(/^inline; /);
    await library.get(`${text}/view`).expect(404);
    await library.get(`${text}/thumbnail`).expect(404);
  });

  it('answers HEAD with the headers of GET and no body', async () => {
    const answer = await library.author.head(`${image}/download`).expect(200);
    expect(answer.headers['content-length']).to.equal(String(content.length));
    expect(answer.headers['content-type']).to.equal('image/png');
    expect(answer.text ?? '').to.equal('');
  });

  it('sends one range, from the start, the middle or the end', async () => {
    const cases: readonly [range: string, body: string, contentRange: string][] = [
      ['bytes=0-3', '0123', 'bytes 0-3/10'],
      ['bytes=4-', '456789', 'bytes 4-9/10'],
      ['bytes=-3', '789', 'bytes 7-9/10'],
      ['bytes=8-99', '89', 'bytes 8-9/10'],
      ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    ];
    for (const [range, body, contentRange] of cases) {
      const answer = await library.get(`${text}/download`).set('Range', range).expect(206);
      expect(answer.text, range).to.equal(body);
      expect(answer.headers, range).to.include({ 'content-range': contentRange, 'content-length': String(body.length) });
    }
  });

  it('sends the whole file for what is no single range of bytes', async () => {
    for (const range of ['bytes=0-1,3-4', 'lines=1-2', 'bytes=5-2', 'bytes=-', 'bytes=x-y']) {
      const answer = await library.get(`${text}/download`).set('Range', range).expect(200);
      expect(answer.text, range).to.equal('0123456789');
    }
  });

  it('answers 416 for a range behind the end, with the true length', async () => {
    for (const range of ['bytes=10-', 'bytes=99-100', 'bytes=-0']) {
      const answer = await library.get(`${text}/download`).set('Range', range).expect(416);
      expect(answer.headers['content-range'], range).to.equal('bytes */10');
    }
  });

  it('sends a range only to who has the same file', async () => {
    const { headers } = await library.author.head(`${text}/download`);
    await library
      .get(`${text}/download`)
      .set('Range', 'bytes=0-1')
      .set('If-Range', headers.etag ?? '')
      .expect(206);
    await library.get(`${text}/download`).set('Range', 'bytes=0-1').set('If-Range', '"another"').expect(200);
  });

  it('answers 304 without a byte when the file is known', async () => {
    for (const path of [`${image}/view`, `${image}/thumbnail`, `${text}/download`]) {
      const { headers } = await library.get(path).expect(200);
      const answer = await library.get(path).set('If-None-Match', `"x", W/${headers.etag}`).expect(304);
      expect(answer.text ?? '').to.equal('');
      expect(answer.headers).to.include({ etag: headers.etag, 'cache-control': 'private, no-cache' });
      await library
        .get(path)
        .set('If-Modified-Since', headers['last-modified'] ?? '')
        .expect(304);
      await library
        .get(path)
        .set('If-None-Match', '"other"')
        .set('If-Modified-Since', headers['last-modified'] ?? '')
        .expect(200);
    }
  });

  it('sends an empty file', async () => {
    const { id } = await library.add({ name: 'empty.bin', content: Buffer.alloc(0) });
    const answer = await library.get(`${base}/documents/${id}/download`).expect(200);
    expect(answer.headers['content-length']).to.equal('0');
    await library.get(`${base}/documents/${id}/download`).set('Range', 'bytes=0-').expect(416);
  });

  it('makes a thumbnail once, however many ask for it at the same time', async () => {
    const { id } = await library.add({ name: 'wide.jpg', content: await picture(1600, 900, 'jpeg') });
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => library.get(`${base}/documents/${id}/thumbnail`).buffer(true).expect(200)),
    );
    expect(new Set(answers.map(({ headers }) => headers.etag))).to.have.lengthOf(1);
    const [answer] = answers;
    expect(answer?.headers['content-type']).to.equal('image/webp');
    expect(await sharp(answer?.body as Buffer).metadata()).to.include({ width: 512, height: 288, format: 'webp' });
    const again = await library.get(`${base}/documents/${id}/thumbnail`).expect(200);
    expect(again.headers.etag).to.equal(answer?.headers.etag);
  });

  it('makes the thumbnail of a tiny picture without any loss', async () => {
    const pixels = Buffer.from(Array.from({ length: 16 * 16 * 3 }, (_, index) => (index * 97) % 256));
    const icon = await sharp(pixels, { raw: { width: 16, height: 16, channels: 3 } })
      .png()
      .toBuffer();
    const { id } = await library.add({ name: 'icon.png', content: icon });
    const answer = await library.get(`${base}/documents/${id}/thumbnail`).buffer(true).expect(200);
    expect(
      await sharp(answer.body as Buffer)
        .removeAlpha()
        .raw()
        .toBuffer(),
    ).to.deep.equal(pixels);
    expect((await library.get(`${base}?q=icon.png`)).text).to.match(/class="tile-view see-through as-is t-image"/);
  });

  it('strips what a camera wrote, such as the place, from thumbnails and keeps the original as it came', async () => {
    const gps = { IFD0: { Make: 'Camera' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' } };
    const photo = await sharp(await picture(900, 600))
      .jpeg()
      .withExif(gps)
      .toBuffer();
    expect((await sharp(photo).metadata()).exif).not.to.equal(undefined);
    const { id } = await library.add({ name: 'photo.jpg', content: photo });
    const thumbnail = await library.get(`${base}/documents/${id}/thumbnail`).buffer(true).expect(200);
    const metadata = await sharp(thumbnail.body as Buffer).metadata();
    expect([metadata.exif, metadata.xmp, metadata.iptc, metadata.icc]).to.deep.equal([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    const original = await library.get(`${base}/documents/${id}/download`).buffer(true);
    expect(original.body).to.deep.equal(photo);
  });

  it('shows pictures to guests, for published articles, and keeps the list and all changes from them', async () => {
    const guest = library.portal.agent();
    await guest.get(`${image}/view`).expect(200);
    await guest.get(`${image}/thumbnail`).expect(200);
    for (const path of [
      base,
      `${base}?view=table`,
      `${base}/api/documents`,
      `${base}/selector?type=image&return=image-url`,
      `${image}/move`,
    ]) {
      const answer = await guest.get(path);
      expect(answer.status, path).to.be.oneOf([302, 303, 401, 403, 404]);
      expect(answer.text, path).not.to.include('blau.png');
    }
    const change = await guest.post(`${image}/delete`).set('Origin', library.portal.url);
    expect(change.status).to.be.oneOf([302, 303, 401, 403, 404]);
    await guest.get(`${image}/view`).expect(200);
  });

  it('answers 404 in another site, for every address of a document', async () => {
    const there = image.replace('/web/home/', '/web/other/');
    const administrator = await library.portal.signIn();
    for (const path of ['', '/download', '/view', '/thumbnail', '/versions/1.0/download', '/move', '/delete']) {
      await administrator.get(there + path).expect(404);
    }
    const id = image.split('/').at(-1) ?? '';
    await administrator.get(`/web/other/documents-media/api/documents/${id}`).expect(404);
    const list = await administrator.get(`/web/other/documents-media?added=${id}`).expect(200);
    expect(list.text).not.to.include('blau.png');
    const search = await administrator.get('/web/other/documents-media?q=gr%C3%BCn').expect(200);
    expect(search.text).to.include('Nothing found');
  });

  it('answers 404 for ids that are none', async () => {
    for (const id of ['nothing', '%00', '..%2f..', '0190a0a0-0000-7000-8000-000000000000']) {
      const answer = await library.get(`${base}/documents/${id}/download`);
      expect(answer.status, id).to.be.oneOf([400, 404]);
    }
  });
});
