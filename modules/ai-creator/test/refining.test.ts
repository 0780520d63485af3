import { createHash } from 'node:crypto';
import { AccessContexts, Ids, SiteDirectory } from '@portico/core';
import { digitalSourceType } from '@portico/core/testing';
import { Documents } from '@portico/documents-media/api';
import { expect } from 'chai';
import sharp from 'sharp';
import { compositeWithTrainedAlgorithmicMedia, trainedAlgorithmicMedia } from '../services/documents/generated-mark.js';
import { Reservations } from '../services/generations/reservations.js';
import { type CreatorPortal, type GenerationAnswer, newKey, startCreatorPortal } from './creator-portal.js';

const documents = '/web/home/documents-media/documents';
const hash = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

interface EditBody {
  readonly prompt: string;
  readonly image: { readonly type: string; readonly size: number; readonly sha256: string };
}

describe('refining images', () => {
  let creator: CreatorPortal;
  let photo: Buffer;
  let photoId: string;

  before(async () => {
    creator = await startCreatorPortal();
    photo = await sharp({ create: { width: 900, height: 600, channels: 3, background: '#ff2200' } })
      .jpeg()
      .withExif({ IFD0: { Copyright: 'A secret place' } })
      .toBuffer();
    photoId = await addDocument('photo.jpg', photo);
  });
  beforeEach(() => creator.sandbox.reset());
  after(() => creator.stop());

  const system = () => creator.portal.service(AccessContexts).system(creator.site);
  const addDocument = async (name: string, content: Buffer): Promise<string> =>
    (await creator.portal.service(Documents).add(system(), { name, content, altText: 'Something red' })).id;
  const made = async (fields: object = {}): Promise<GenerationAnswer> => creator.settled((await creator.create(fields)).body.id);
  const imageOf = async (fields: object = {}) => {
    const [image] = (await made(fields)).images;
    if (!image) throw new Error('No image was made.');
    return image;
  };
  const bytesOf = async (href: string): Promise<Buffer> => (await creator.visitor.get(href).buffer(true)).body as Buffer;
  const editBody = (index = 0): EditBody => creator.sandbox.edits[index]?.body as EditBody;
  const formPage = (query: string) => creator.visitor.get(`/web/home/ai-creator/create?${query}`).set('Accept', 'text/html');

  it('sends the original of an image, whole and untouched, in one request, and makes a new generation of the same dialog', async () => {
    const first = await made({ size: '256x256' });
    const [image] = first.images;
    const again = await creator.create({ description: 'the same by night', sourceImage: image?.id, root: first.id });
    const generation = await creator.settled(again.body.id);
    expect(generation.state).to.equal('offered');
    expect(creator.sandbox.generations).to.have.length(1);
    expect(creator.sandbox.edits).to.have.length(1);
    const body = editBody();
    expect(Object.keys(body).sort()).to.deep.equal(
      ['image', 'model', 'n', 'output_format', 'prompt', 'quality', 'safety_identifier', 'size'].sort(),
    );
    expect([body.prompt, body.image.type]).to.deep.equal(['the same by night', 'image/png']);
    const { body: added } = await creator.addAll(first);
    const report = (await creator.visitor.get(`${documents}/${added.documents[0].id}/provenance`)).body;
    expect(body.image.sha256).to.equal(report.versions[1].sha256);
    const page = await creator.visitor.get(`/web/home/ai-creator/generations/${first.id}`).set('Accept', 'text/html');
    expect(page.text).to.contain('Variation of a-lighthouse-at-dusk.png').and.contain('the same by night');
  });

  it('shows in the new image what it derives from', async () => {
    const id = await addDocument(
      'wall.png',
      await sharp({ create: { width: 300, height: 300, channels: 3, background: '#ff0000' } })
        .png()
        .toBuffer(),
    );
    const [image] = (await made({ description: 'a green meadow', sourceDocument: id })).images;
    const { channels } = await sharp(await bytesOf(image?.href ?? '')).stats();
    expect(channels[0]?.mean).to.be.greaterThan((channels[1]?.mean ?? 255) + 60);
  });

  it('sends a document upright, in a type that the service takes, and without what the camera wrote', async () => {
    await made({ sourceDocument: photoId });
    expect(editBody().image.type).to.equal('image/jpeg');
    expect(editBody().image.sha256).to.not.equal(hash(photo));
    const large = sharp({ create: { width: 4000, height: 1000, channels: 3, background: '#00ff00' } });
    await made({ sourceDocument: await addDocument('wide.avif', await large.avif({ effort: 0 }).toBuffer()) });
    expect(editBody(1).image.type).to.equal('image/jpeg');
    await made({ sourceDocument: await addDocument('clear.webp', await sharp(photo).resize(64).webp().toBuffer()) });
    expect(editBody(2).image.type).to.equal('image/jpeg');
  });

  it('answers 404 for what is unknown, is no picture, or belongs to somebody else, and asks nobody', async () => {
    const image = await imageOf();
    const text = await addDocument('letter.txt', Buffer.from('A letter.'));
    await creator.portal.command(['sites', 'add', '--name', 'Elsewhere', '--address', 'elsewhere']);
    const elsewhere = creator.portal.service(AccessContexts).system(creator.portal.service(SiteDirectory).byAddress('elsewhere'));
    const other = await creator.portal.service(Documents).add(elsewhere, { name: 'theirs.jpg', content: photo });
    creator.sandbox.reset();
    const stranger = await creator.portal.signIn();
    const foreign = await creator.create({ sourceImage: image.id }, stranger);
    const unknown = creator.portal.service(Ids).next();
    const answers = [
      foreign,
      await creator.create({ sourceImage: unknown }),
      await creator.create({ sourceImage: photoId }),
      await creator.create({ sourceDocument: unknown }),
      await creator.create({ sourceDocument: text }),
      await creator.create({ sourceDocument: other.id }),
      await formPage(`sourceImage=${unknown}`),
      await formPage(`sourceDocument=${text}`),
    ];
    expect(answers.map(({ status }) => status)).to.deep.equal(answers.map(() => 404));
    expect((await creator.create({ sourceImage: image.id, sourceDocument: photoId })).status).to.equal(400);
    expect(creator.sandbox.requests).to.deep.equal([]);
  });

  it('looks once for an order of the same key before it takes the picture, and once more where it reserves', async () => {
    const image = await imageOf();
    const { findByIdempotencyKey } = Reservations.prototype;
    let looked = 0;
    Reservations.prototype.findByIdempotencyKey = function (...asked) {
      looked += 1;
      return findByIdempotencyKey.apply(this, asked);
    };
    try {
      expect((await made({ sourceImage: image.id })).state).to.equal('offered');
    } finally {
      Reservations.prototype.findByIdempotencyKey = findByIdempotencyKey;
    }
    expect(looked).to.equal(1);
  });

  it('makes one request of a double click, and refuses the same click with another source', async () => {
    const image = await imageOf();
    creator.sandbox.reset();
    const idempotencyKey = newKey();
    const answers = await Promise.all(Array.from({ length: 5 }, () => creator.create({ idempotencyKey, sourceImage: image.id })));
    await creator.settled(answers[0]?.body.id);
    expect(new Set(answers.map(({ body }) => body.id)).size).to.equal(1);
    expect(creator.sandbox.edits).to.have.length(1);
    const other = await creator.create({ idempotencyKey, sourceDocument: photoId });
    const none = await creator.create({ idempotencyKey });
    expect([other.status, none.status]).to.deep.equal([409, 409]);
    expect((await creator.portal.command(['doctor'])).exitCode).to.equal(0);
  });

  it('makes it although the document was deleted before its turn', async () => {
    const busy = ['one', 'two', 'three', 'four'].map((word) => creator.create({ description: `${word} [slow:1]` }));
    await Promise.all(busy);
    const id = await addDocument('short-lived.png', await sharp(photo).resize(200).png().toBuffer());
    const { body } = await creator.create({ description: 'its echo', sourceDocument: id });
    await creator.portal.post(await creator.portal.signIn(), `${documents}/${id}/delete`);
    expect((await creator.visitor.get(`${documents}/${id}`)).status).to.equal(404);
    const generation = await creator.settled(body.id);
    expect(generation.state).to.equal('offered');
    const added = await creator.addAll(generation);
    const page = await creator.visitor.get(`${documents}/${added.body.documents[0].id}`).set('Accept', 'text/html');
    expect(page.text).to.contain('short-lived.png (not in Documents and Media)');
  });

  it('retries a missing variation with the same source', async () => {
    creator.sandbox.next({ name: 'too-few', amount: 1 }, 'error-500');
    const generation = await made({ count: '2', sourceDocument: photoId });
    expect(generation.images).to.have.length(1);
    const answer = await creator.portal.post(creator.visitor, `/web/home/ai-creator/generations/${generation.id}/retry`, {
      idempotencyKey: newKey(),
    });
    expect(answer.status).to.be.oneOf([201, 303]);
    const generations = await creator.visitor.get('/web/home/ai-creator/generations').set('Accept', 'application/json');
    const [again] = generations.body.generations as { id: string }[];
    expect((await creator.settled(again?.id ?? '')).state).to.equal('offered');
    const sent = creator.sandbox.edits.map(({ body }) => (body as EditBody).image.sha256);
    expect(new Set(sent).size).to.equal(1);
    expect(sent).to.have.length(3);
  });

  it('fails with the sentences of any other image', async () => {
    for (const [words, code] of [
      ['[fail:declined]', 'declined'],
      ['[fail:reset]', 'connection-error'],
      ['[fail:invalid-size]', 'bad-request'],
    ] as const) {
      const generation = await made({ description: `x ${words}`, sourceDocument: photoId });
      expect(generation.problem?.code).to.equal(code);
    }
    expect(creator.sandbox.generations).to.deep.equal([]);
  });

  describe('what a document remembers', () => {
    const report = async (id: string) => (await creator.visitor.get(`${documents}/${id}/provenance`)).body;

    it('names the document, links to it, and marks a variation of a photograph as composite', async () => {
      const generation = await made({ description: 'the wall by night', sourceDocument: photoId });
      const [id] = ((await creator.addAll(generation)).body.documents as { id: string }[]).map((document) => document.id);
      const { provenance, digitalSourceType: mark } = await report(id ?? '');
      expect(provenance.variationOf).to.deep.equal({
        name: 'photo.jpg',
        sha256: hash(photo),
        documentId: photoId,
        version: '1.0',
      });
      expect(mark).to.equal(compositeWithTrainedAlgorithmicMedia);
      for (const path of ['/view', '/download', '/thumbnail'])
        expect(await digitalSourceType(await bytesOf(`${documents}/${id}${path}`)), path).to.equal(mark);
      const page = await creator.visitor.get(`${documents}/${id}`).set('Accept', 'text/html');
      expect(page.text).to.match(new RegExp(`Variation of</dt><dd><a href="${documents}/${photoId}">photo.jpg</a>`));
      const list = await creator.visitor.get('/web/home/documents-media/api/documents?only=generated');
      expect((list.body.documents as { id: string }[]).map((document) => document.id)).to.include(id);
      const next = await made({ description: 'the wall by day', sourceDocument: id });
      const [last] = ((await creator.addAll(next)).body.documents as { id: string }[]).map((document) => document.id);
      expect((await report(last ?? '')).digitalSourceType, 'a variation of it').to.equal(compositeWithTrainedAlgorithmicMedia);
    });

    it('links to the image that it varies also when that one was added later', async () => {
      const first = await made({ description: 'an early sketch' });
      const second = await made({ description: 'a late sketch', sourceImage: first.images[0]?.id });
      const [id] = ((await creator.addAll(second)).body.documents as { id: string }[]).map((document) => document.id);
      const page = () => creator.visitor.get(`${documents}/${id}`).set('Accept', 'text/html');
      expect((await page()).text).to.contain('an-early-sketch.png (not in Documents and Media)');
      const [source] = ((await creator.addAll(first)).body.documents as { id: string }[]).map((document) => document.id);
      expect((await page()).text).to.contain(`<a href="${documents}/${source}">an-early-sketch.png</a>`);
      const { provenance, digitalSourceType: mark } = await report(id ?? '');
      expect(provenance.variationOf.sha256).to.equal((await report(source ?? '')).versions[1].sha256);
      expect(mark).to.equal(trainedAlgorithmicMedia);
    });
  });

  describe('without scripts', () => {
    const send = (fields: object) =>
      creator.portal.post(creator.visitor, '/web/home/ai-creator/generations', {
        idempotencyKey: newKey(),
        description: 'a lighthouse at dusk',
        size: '512x512',
        count: '1',
        ...fields,
      });

    it('starts a form from a button of a generation, with its words, and keeps the source through an error and through Try Again', async () => {
      const image = await imageOf({ description: 'a castle of sand' });
      const [generation] = (await creator.visitor.get('/web/home/ai-creator/generations').set('Accept', 'application/json')).body
        .generations as { id: string }[];
      for (const path of ['', `/${generation?.id}`]) {
        const page = await creator.visitor.get(`/web/home/ai-creator/generations${path}`).set('Accept', 'text/html');
        expect(page.text)
          .to.contain(`name="sourceImage" value="${image.id}"`)
          .and.contain('aria-label="Refine a-castle-of-sand.png"');
        expect(page.text).to.match(/<form id="create-image-refine" method="get" action="[^"]*\/ai-creator\/create">/);
      }
      const form = await formPage(`sourceImage=${image.id}`);
      expect(form.text).to.contain('Variation of a-castle-of-sand.png').and.contain('>a castle of sand</textarea>');
      expect(form.text).to.contain(`<input type="hidden" name="root" value="${generation?.id}">`);
      const wrong = await send({ sourceImage: image.id, description: '' });
      expect([wrong.status, wrong.text.includes('Variation of a-castle-of-sand.png')]).to.deep.equal([400, true]);
      const right = await send({ sourceImage: image.id, root: generation?.id, description: 'a castle of snow' });
      expect(right.status).to.equal(303);
      const place = String(right.headers.location);
      await creator.settled(place.slice(place.lastIndexOf('/') + 1));
      const page = await creator.visitor.get(place).set('Accept', 'text/html');
      expect(page.text).to.contain(`<input type="hidden" name="sourceImage" value="${image.id}">`);
      expect(page.text).to.contain('a castle of sand').and.contain('Variation of a-castle-of-sand.png');
    });

    it('starts a form from a picture in Documents and Media, beginning with its alternative text', async () => {
      const list = await creator.visitor.get('/web/home/documents-media').set('Accept', 'text/html');
      expect(list.text.replaceAll('&#x3D;', '=')).to.match(
        /href="\/web\/home\/ai-creator\/create\?sourceDocument=\{id\}"[^>]*>Refine with AI/,
      );
      const page = await creator.visitor.get(`${documents}/${photoId}`).set('Accept', 'text/html');
      expect(page.text.replaceAll('&#x3D;', '=')).to.contain(`/web/home/ai-creator/create?sourceDocument=${photoId}`);
      const form = await formPage(`sourceDocument=${photoId}`);
      expect(form.text).to.contain('Variation of photo.jpg').and.contain('>Something red</textarea>');
    });
  });

  describe('by programs', () => {
    const base = '/web/home/ai-creator/api';
    const post = async (body: object, key = newKey()) =>
      creator.visitor
        .post(`${base}/generations`)
        .set({ Origin: creator.portal.url, 'X-Portico-Csrf': await creator.portal.csrf(creator.visitor), 'Idempotency-Key': key })
        .send(body);

    it('takes a source over REST, tells it again, and says so in the OpenAPI file', async () => {
      const image = await imageOf();
      for (const source of [{ image: image.id }, { document: photoId }]) {
        const { status, body } = await post({ description: 'by a program', source });
        expect([status, body.source]).to.deep.equal([201, source]);
        await creator.settled(body.id);
        expect((await creator.visitor.get(`${base}/generations/${body.id}`)).body.source).to.deep.equal(source);
      }
      expect((await post({ description: 'x', source: { document: creator.portal.service(Ids).next() } })).status).to.equal(404);
      for (const source of [{}, { image: image.id, document: photoId }, { image: image.id, mask: 'x' }])
        expect((await post({ description: 'x', source })).status).to.equal(400);
      const { body } = await creator.visitor.get(`${base}/openapi.json`);
      const { source } = body.paths['/generations'].post.requestBody.content['application/json'].schema.properties;
      expect(source.anyOf.map(({ required }: { required: string[] }) => required)).to.deep.equal([['image'], ['document']]);
    });

    it('takes one on the command line', async () => {
      const image = await imageOf();
      const as = ['--site', 'home', '--as', 'ada@portico.example'];
      const run = (...words: string[]) =>
        creator.portal.command(['images', 'create', ...as, '--description', 'from a terminal', ...words]);
      creator.sandbox.reset();
      expect((await run('--from-document', photoId)).exitCode).to.equal(0);
      expect((await run('--from-image', image.id)).exitCode).to.equal(0);
      expect(creator.sandbox.edits).to.have.length(2);
      const both = await run('--from-document', photoId, '--from-image', image.id);
      expect([both.exitCode, both.err.includes('A variation has one source')]).to.deep.equal([1, true]);
      expect((await run('--from-document', creator.portal.service(Ids).next())).exitCode).to.equal(1);
    });
  });
});
