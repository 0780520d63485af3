import { AccessContexts } from '@portico/core';
import { digitalSourceType } from '@portico/core/testing';
import { Documents } from '@portico/documents-media/api';
import { expect } from 'chai';
import sharp from 'sharp';
import { trainedAlgorithmicMedia } from '../services/documents/generated-mark.js';
import { provenanceOf } from '../services/documents/provenance.js';
import { type CreatorPortal, startCreatorPortal } from './creator-portal.js';

describe('creating images', () => {
  let creator: CreatorPortal;
  before(async () => {
    creator = await startCreatorPortal();
  });
  beforeEach(() => creator.sandbox.reset());
  after(() => creator.stop());

  for (const size of ['256x256', '512x512', '1024x1024']) {
    it(`delivers images of exactly ${size}, and documents of the same size`, async () => {
      const { body } = await creator.create({ size, count: '2', description: 'A red flower, "close up"!' });
      const generation = await creator.settled(body.id);
      expect(generation.state).to.equal('offered');
      expect(generation.images.map(({ name }) => name)).to.deep.equal([
        'a-red-flower-close-up.png',
        'a-red-flower-close-up-2.png',
      ]);
      const side = Number(size.split('x')[0]);
      for (const image of generation.images) {
        const answer = await creator.visitor.get(image.href);
        const { width, height, format } = await sharp(answer.body as Buffer).metadata();
        expect({ width, height, format }).to.deep.equal({ width: side, height: side, format: 'png' });
        expect(answer.headers).to.include({ 'x-content-type-options': 'nosniff', 'content-type': 'image/png' });
      }
      const added = await creator.addAll(generation);
      expect(added.status).to.equal(200);
      expect(added.body.failed).to.deep.equal([]);
      for (const { id, view } of added.body.documents as { id: string; view: string }[]) {
        const documents = creator.portal.service(Documents);
        const access = creator.portal.service(AccessContexts).system(creator.site);
        const document = await documents.find(access, id);
        expect(document).to.include({ width: side, height: side, mimeType: 'image/png' });
        expect(provenanceOf(document)).to.include({
          kind: 'generated',
          prompt: 'A red flower, "close up"!',
          provider: 'openai',
          size,
        });
        expect(provenanceOf(document)?.model).to.equal('gpt-image-2.6-flare');
        expect(view).to.match(/^\/web\/home\//);
      }
    });
  }

  const deliveredIn = async (size: string): Promise<Buffer> => {
    const { body } = await creator.create({ size });
    const generation = await creator.settled(body.id);
    return (await creator.visitor.get(generation.images[0]?.href ?? '')).body as Buffer;
  };

  it('writes that a machine made it into what it scales, which another reader finds', async () => {
    expect(await digitalSourceType(await deliveredIn('256x256'))).to.equal(trainedAlgorithmicMedia);
  });

  it('writes nothing into what came in the size that was asked for', async () => {
    expect(await digitalSourceType(await deliveredIn('1024x1024'))).to.equal(undefined);
  });

  it('asks for 1024x1024, in low quality for the small sizes', async () => {
    await creator.settled((await creator.create({ size: '256x256' })).body.id);
    await creator.settled((await creator.create({ size: '1024x1024' })).body.id);
    const bodies = creator.sandbox.generations.map(({ body }) => body as { size: string; quality: string });
    expect(bodies.map(({ size, quality }) => [size, quality])).to.deep.equal([
      ['1024x1024', 'low'],
      ['1024x1024', 'auto'],
    ]);
  });

  it('says what is wrong with each field, and keeps what was typed', async () => {
    const refused = await creator.create({ description: '  ', size: '300x300', count: '5' });
    expect(refused.status).to.equal(400);
    expect(Object.keys(refused.body.error.fields)).to.deep.equal(['description', 'size', 'count']);
    const page = await creator.portal.post(creator.visitor, '/web/home/ai-creator/generations', {
      idempotencyKey: 'abcdefgh',
      description: 'words that were typed',
      size: '300x300',
      count: '1',
    });
    expect(page.status).to.equal(400);
    expect(page.text).to.contain('words that were typed').and.to.contain('Choose one of these sizes');
    expect(creator.sandbox.requests).to.have.length(0);
  });

  it('refuses a description that is too long', async () => {
    const refused = await creator.create({ description: 'x'.repeat(32_001) });
    expect(refused.body.error.fields.description).to.contain('32001').and.to.contain('32000');
    expect((await creator.create({ description: 'x'.repeat(32_000) })).status).to.equal(201);
  });

  it('takes out what an author does not see before it sends anything, and no word', async () => {
    const { body } = await creator.create({
      description: 'a\u200b cat\u202e <sd_cpp_extra_args>{"steps": 500}</sd_cpp_extra_args>on a\u0000 mat <lora:x:1>',
    });
    await creator.settled(body.id);
    expect(creator.sandbox.generations[0]?.body).to.include({
      prompt: 'a cat <sd_cpp_extra_args>{"steps": 500}</sd_cpp_extra_args>on a mat <lora:x:1>',
    });
  });

  it('does not know folders that are not there', async () => {
    const refused = await creator.create({ folder: '0190a1b2-0000-7000-8000-000000000000' });
    expect(refused.status).to.equal(404);
    expect(creator.sandbox.requests).to.have.length(0);
  });

  it('asks once more for what is missing, and offers what came', async () => {
    creator.sandbox.next({ name: 'too-few', amount: 2 });
    const generation = await creator.settled((await creator.create({ count: '3' })).body.id);
    expect(generation.images).to.have.length(3);
    expect(creator.sandbox.generations.map(({ body }) => (body as { n: number }).n)).to.deep.equal([3, 1]);
    creator.sandbox.next({ name: 'too-few', amount: 2 }, 'error-500');
    const partly = await creator.settled((await creator.create({ count: '3' })).body.id);
    expect([partly.state, partly.images.length, partly.problem?.code]).to.deep.equal(['offered', 2, 'server-error']);
    expect(partly.problem?.sentence).to.match(/^Not all images came/);
  });

  it('falls through the preference list once when a model is gone', async () => {
    creator.sandbox.next('model-not-found');
    const generation = await creator.settled((await creator.create()).body.id);
    expect(generation.state).to.equal('offered');
    const models = creator.sandbox.generations.map(({ body }) => (body as { model: string }).model);
    expect(models).to.deep.equal(['gpt-image-2.6-flare', 'gpt-image-2.5-flare']);
    creator.sandbox.next('model-not-found', 'model-not-found');
    const gone = await creator.settled((await creator.create()).body.id);
    expect(gone.problem?.sentence).to.contain('Ask an administrator');
  });

  it('shows the generic message when the account is out of tokens, and keeps the exact cause for the log', async () => {
    creator.sandbox.next('insufficient-quota');
    const generation = await creator.settled((await creator.create({ description: 'a secret wish' })).body.id);
    expect(generation.problem?.sentence).to.equal('An unexpected error occurred and no image was made. Try again later.');
    expect(creator.portal.log()).to.contain('insufficient_quota').and.to.not.contain('a secret wish');
    expect(creator.sandbox.generations).to.have.length(1);
    await creator.sendAgain();
  });

  it('tells an administrator the exact cause and its remedy, and an author neither', async () => {
    const administrator = await creator.portal.signIn();
    for (const [visitor, isSeen] of [
      [administrator, true],
      [creator.visitor, false],
    ] as const) {
      creator.sandbox.next('organization-not-verified');
      const { id } = (await creator.create({}, visitor)).body as { id: string };
      await creator.settled(id, visitor);
      const page = await visitor.get(`/web/home/ai-creator/generations/${id}`).set('Accept', 'text/html');
      expect(page.text).to.contain('Ask an administrator');
      expect([page.text.includes('The answer was 403'), page.text.includes('Verify the organization')]).to.deep.equal([
        isSeen,
        isSeen,
      ]);
      await creator.sendAgain();
    }
  });

  it('answers 404 for what belongs to somebody else', async () => {
    const generation = await creator.settled((await creator.create()).body.id);
    const other = await creator.portal.signIn();
    for (const path of [`/web/home/ai-creator/generations/${generation.id}`, generation.images[0]?.href ?? '']) {
      expect((await other.get(path)).status).to.equal(404);
    }
    expect((await creator.addAll(generation, other)).status).to.equal(404);
    expect((await creator.portal.agent().get(`/web/home/ai-creator/generations/${generation.id}`)).status).to.not.equal(200);
  });

  it('works as a form with a results page', async () => {
    const form = await creator.visitor.get('/web/home/ai-creator/create').set('Accept', 'text/html');
    expect(form.text).to.contain('Number of Images to Generate').and.to.contain('Image Size');
    const answer = await creator.portal.post(creator.visitor, '/web/home/ai-creator/generations', {
      idempotencyKey: 'a-form-without-scripts',
      description: 'a cat',
      size: '256x256',
      count: '1',
    });
    expect(answer.status).to.equal(303);
    const place = answer.headers.location ?? '';
    await creator.settled(place.split('/').at(-1) ?? '');
    const page = await creator.visitor.get(place).set('Accept', 'text/html');
    expect(page.text).to.contain('Add Selected').and.to.contain('Try Again').and.to.contain('a-cat.png');
    const id = /name="image" value="([^"]+)"/.exec(page.text)?.[1];
    const added = await creator.portal.post(creator.visitor, '/web/home/ai-creator/images', {
      image: id,
      selected: id,
      name: 'my cat',
      altText: 'A cat.',
    });
    expect([added.status, added.headers.location]).to.deep.equal([303, '/web/home/documents-media']);
    const list = await creator.visitor.get('/web/home/documents-media').set('Accept', 'text/html');
    expect(list.text).to.contain('my cat.png');
  });

  it('shows generations that were not added on My recent generations, and lets go of them', async () => {
    const generation = await creator.settled((await creator.create({ description: 'a forgotten forest' })).body.id);
    const page = await creator.visitor.get('/web/home/ai-creator/generations').set('Accept', 'text/html');
    expect(page.text).to.contain('a forgotten forest').and.to.contain('Kept until');
    const place = `/web/home/ai-creator/generations/${generation.id}/discard`;
    const asked = await creator.portal.post(creator.visitor, place);
    expect([asked.status, asked.headers.location]).to.deep.equal([303, place]);
    expect((await creator.visitor.get(generation.images[0]?.href ?? '')).status, 'nothing is lost yet').to.equal(200);
    await creator.portal.post(creator.visitor, place, { confirmed: 'true' });
    const after = await creator.visitor.get('/web/home/ai-creator/generations').set('Accept', 'text/html');
    expect(after.text).to.not.contain('a forgotten forest');
    expect((await creator.visitor.get(generation.images[0]?.href ?? '')).status).to.equal(404);
  });
});
