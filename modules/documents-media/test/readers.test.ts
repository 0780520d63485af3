import { writeFile } from 'node:fs/promises';
import { BlobStore, UnitOfWork } from '@portico/core';
import { People } from '@portico/identity/api';
import { expect } from 'chai';
import sharp from 'sharp';
import type supertest from 'supertest';
import type { Document } from '../api/index.js';
import { base, bytes, Library, picture } from '../testing/index.js';

const origin = {
  prompt: 'a lighthouse that nobody shall hear of',
  model: 'gpt-image-2.6-flare',
  provider: 'openai',
  usage: { inputTokens: 12, outputTokens: 544, images: 2 },
};

const gps = { IFD0: { Make: 'Camera' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' } };
const prompt = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><!-- a lighthouse that nobody shall hear of --></x:xmpmeta>';

/** What a reader needs of a picture, and nothing of its making. */
const readersKeys = ['altText', 'height', 'id', 'links', 'mimeType', 'name', 'size', 'width'];
const libraryKeys = [
  ...readersKeys,
  ...['altTextDrafted', 'createdAt', 'createdBy', 'modifiedAt', 'origin', 'sha256', 'siteId'],
].sort();

type Agent = ReturnType<Library['portal']['agent']>;

describe('Readers of documents', () => {
  let library: Library;
  let people: Readonly<Record<'guest' | 'member' | 'author' | 'administrator', Agent>>;
  let photo: Buffer;
  let drawing: Buffer;
  let jpeg: Document;
  let png: Document;

  before(async () => {
    library = await Library.open();
    const member = { email: 'member@portico.example', password: 'paper boats on the river', name: 'Max Member' };
    const { id } = await library.portal.service(People).add(member);
    await library.portal.service(People).grant(id, 'Member', library.home.id);
    people = {
      guest: library.portal.agent(),
      member: await library.portal.signIn(member),
      author: library.author,
      administrator: await library.portal.signIn(),
    };
    photo = await sharp(await picture(90, 60))
      .withMetadata({ orientation: 6 })
      .withIccProfile('p3')
      .withExif(gps)
      .jpeg()
      .toBuffer();
    drawing = await sharp(await picture(90, 60))
      .withXmp(prompt)
      .png()
      .toBuffer();
    jpeg = await library.add({ name: 'photo.jpg', content: photo, altText: 'A photo', metadata: { origin } });
    png = await library.add({ name: 'drawing.png', content: drawing, original: drawing });
  });

  after(() => library.close());

  function get(agent: Agent, path: string): supertest.Test {
    return agent.get(path).buffer(true);
  }

  it('get the keys of a document that they need from its JSON; those who may open the library get all', async () => {
    const keys: Record<string, readonly string[]> = {};
    for (const [role, agent] of Object.entries(people)) {
      const { body } = await get(agent, `${base}/api/documents/${jpeg.id}`).expect(200);
      keys[role] = Object.keys(body).sort();
    }
    expect(keys).to.deep.equal({ guest: readersKeys, member: readersKeys, author: libraryKeys, administrator: libraryKeys });
  });

  it('do not learn from the page how a picture was made, by whom, and what its file is exactly', async () => {
    const secrets = [origin.prompt, origin.model, jpeg.sha256, jpeg.sha256.slice(0, 8), 'Checksums', 'Versions', 'Author'];
    for (const role of ['guest', 'member'] as const) {
      const { text } = await get(people[role], `${base}/documents/${jpeg.id}`).expect(200);
      for (const secret of secrets) expect(text, `${role}: ${secret}`).not.to.include(secret);
      expect(text).to.include('A photo').and.to.include('photo.jpg');
    }
    const { text } = await get(people.author, `${base}/documents/${jpeg.id}`).expect(200);
    expect(text).to.include(jpeg.sha256).and.to.include('Versions');
  });

  it('get pictures upright and in their colours, without the place and the words that are written into the file', async () => {
    for (const role of ['guest', 'member'] as const) {
      for (const path of ['/view', '/download']) {
        const answer = await get(people[role], `${base}/documents/${jpeg.id}${path}`).expect(200);
        expect(answer.headers.etag).not.to.include(jpeg.sha256);
        const seen = await sharp(bytes(answer)).metadata();
        expect(seen).to.include({ format: 'jpeg', width: 60, height: 90 });
        expect([seen.exif, seen.xmp, seen.iptc, seen.orientation], `${role} ${path}`).to.deep.equal(Array(4).fill(undefined));
        expect(seen.icc).to.deep.equal((await sharp(photo).metadata()).icc);
        const drawn = bytes(await get(people[role], `${base}/documents/${png.id}${path}`).expect(200));
        expect(drawn.includes('nobody shall hear')).to.equal(false);
        expect(await sharp(drawn).raw().toBuffer()).to.deep.equal(await sharp(drawing).raw().toBuffer());
      }
    }
  });

  it('do not get the versions of a document, whose first is the file as it came', async () => {
    const version = `${base}/documents/${png.id}/versions/1.0/download`;
    expect((await people.guest.get(version).set('Accept', 'application/json')).status).to.equal(401);
    expect((await people.member.get(version)).status).to.equal(404);
  });

  it('are not those who may open the library: they get each file as it came', async () => {
    for (const role of ['author', 'administrator'] as const) {
      for (const path of ['/view', '/download', '/versions/1.0/download']) {
        expect(bytes(await get(people[role], `${base}/documents/${jpeg.id}${path}`).expect(200)), path).to.deep.equal(photo);
      }
    }
  });

  it('get parts and revalidations of the same picture, which is made once and goes with its document', async () => {
    const view = `${base}/documents/${png.id}/view`;
    const answers = await Promise.all([1, 2, 3].map(() => get(people.guest, view).expect(200)));
    expect(new Set(answers.map(({ headers }) => headers.etag)).size).to.equal(1);
    const [whole] = answers;
    await people.guest
      .get(view)
      .set('If-None-Match', whole?.headers.etag ?? '')
      .expect(304);
    const part = await get(people.guest, view).set('Range', 'bytes=0-7').expect(206);
    expect(bytes(part)).to.deep.equal(bytes(whole as supertest.Response).subarray(0, 8));
    await library.form(`${base}/documents/${png.id}/delete`).expect(303);
    await people.guest.get(view).expect(404);
  });

  it('do not have a picture tried again and again that cannot be made', async () => {
    const content = await sharp(await picture(80, 50))
      .jpeg()
      .toBuffer();
    const { id } = await library.add({ name: 'broken.jpg', content });
    const [row] = await library.portal
      .service(UnitOfWork)
      .read((reader) =>
        reader.query<{ blobId: string }>('SELECT blob_id AS "blobId" FROM documents_media_document WHERE id = ?', [id]),
      );
    const file = library.portal.service(BlobStore).pathOf(row?.blobId ?? '');
    await writeFile(file, 'no picture');
    const first = await get(people.guest, `${base}/documents/${id}/view`).expect(503);
    expect(first.headers['retry-after']).to.equal('60');
    // Were it tried now, it would be there.
    await writeFile(file, content);
    const again = await get(people.guest, `${base}/documents/${id}/view`).expect(503);
    expect(Number(again.headers['retry-after'])).to.be.within(1, 60);
    await get(people.author, `${base}/documents/${id}/view`).expect(200);
  });
});
