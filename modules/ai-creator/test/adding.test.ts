import { createHash } from 'node:crypto';
import { AccessContexts } from '@portico/core';
import { digitalSourceType } from '@portico/core/testing';
import { Documents } from '@portico/documents-media/api';
import { expect } from 'chai';
import { trainedAlgorithmicMedia } from '../services/documents/generated-mark.js';
import { type CreatorPortal, startCreatorPortal } from './creator-portal.js';

describe('adding images', () => {
  let creator: CreatorPortal;
  before(async () => {
    creator = await startCreatorPortal();
  });
  beforeEach(() => creator.sandbox.reset());
  after(() => creator.stop());

  const add = async (fields: object) =>
    creator.visitor
      .post('/web/home/ai-creator/images')
      .set({
        Origin: creator.portal.url,
        'X-Portico-Csrf': await creator.portal.csrf(creator.visitor),
        Accept: 'application/json',
      })
      .type('form')
      .send(fields);
  const system = () => creator.portal.service(AccessContexts).system(creator.site);

  for (const size of ['512x512', '1024x1024']) {
    const isUntouched = size === '1024x1024';
    it(`keeps the original of ${size} untouched as version 1.0, and delivers ${isUntouched ? 'just that' : 'a marked one'}`, async () => {
      const generation = await creator.settled((await creator.create({ size })).body.id);
      const { body } = await creator.addAll(generation);
      const place = `/web/home/documents-media/documents/${body.documents[0].id}`;
      const report = (await creator.visitor.get(`${place}/provenance`)).body;
      expect(report.versions.map(({ label }: { label: string }) => label)).to.deep.equal(isUntouched ? ['1.0'] : ['1.1', '1.0']);
      const hash = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
      const read = async (path: string): Promise<Buffer> =>
        (await creator.visitor.get(`${place}${path}`).buffer(true)).body as Buffer;
      const original = await read('/versions/1.0/download');
      expect(hash(original)).to.equal(report.versions.at(-1).sha256);
      expect(await digitalSourceType(original)).to.equal(undefined);
      // What has the size that was asked for is nobody's to change; its report says what it is, and so do all pictures made of it.
      expect(report.digitalSourceType).to.equal(trainedAlgorithmicMedia);
      for (const path of ['/download', '/view', '/thumbnail'])
        expect(await digitalSourceType(await read(path)), path).to.equal(
          isUntouched && path !== '/thumbnail' ? undefined : trainedAlgorithmicMedia,
        );
      if (isUntouched) expect(hash(await read('/download'))).to.equal(hash(original));
      expect(report.provenance).to.deep.include({
        provider: 'openai',
        providerName: 'OpenAI',
        parameters: { requested: '1024x1024', format: 'png', quality: size === '512x512' ? 'low' : 'auto' },
      });
      expect(report.provenance.usage).to.include({ images: 1 });
      expect(report.person.name).to.equal('Ada Author');
      const panel = (await creator.visitor.get(place).set('Accept', 'text/html')).text;
      expect(panel).to.contain('<dd>OpenAI</dd>').and.not.contain('<dd>openai</dd>');
    });
  }

  it('puts images into the folder that was chosen, and refuses one that is not there', async () => {
    const folder = await creator.portal.service(Documents).ensureFolder(system(), 'Chosen');
    const generation = await creator.settled((await creator.create()).body.id);
    const [image] = generation.images;
    const fields = { image: image?.id, selected: image?.id, name: 'x', altText: 'y' };
    expect((await add({ ...fields, folder: '0190a1b2-0000-7000-8000-000000000000' })).status).to.equal(404);
    const { body } = await add({ ...fields, folder: folder.id });
    expect((await creator.portal.service(Documents).find(system(), body.documents[0].id)).folderId).to.equal(folder.id);
  });

  it('marks a drafted alternative text until it was read, changed or confirmed', async () => {
    const generation = await creator.settled((await creator.create({ count: '3' })).body.id);
    const ids = generation.images.map(({ id }) => id);
    const drafts = generation.images.map(({ altText }) => altText);
    const { body } = await add({
      image: ids,
      selected: ids,
      name: ['drafted', 'changed', 'confirmed'],
      altText: [drafts[0], 'Something else', drafts[2]],
      reviewed: ids[2],
    });
    const documents = await Promise.all(
      (body.documents as { id: string }[]).map(({ id }) => creator.portal.service(Documents).find(system(), id)),
    );
    expect(documents.map(({ altTextDrafted }) => altTextDrafted)).to.deep.equal([true, false, false]);
  });

  it('does not add an image twice when the portal stopped between adding it and writing that down', async () => {
    const generation = await creator.settled((await creator.create()).body.id);
    const [image] = generation.images;
    const picture = await creator.visitor.get(image?.href ?? '').buffer(true);
    const before = await creator.portal.service(Documents).add(creator.portal.service(AccessContexts).system(creator.site), {
      name: 'added-before-the-crash.png',
      content: picture.body as Buffer,
      idempotencyKey: `ai-creator:${image?.id}`,
    });
    const { body } = await creator.addAll(generation);
    expect(body.documents.map(({ id }: { id: string }) => id)).to.deep.equal([before.id]);
    expect((await creator.settled(generation.id)).state).to.equal('saved');
  });

  it('says which could not be added and why, and never success with nothing', async () => {
    const generation = await creator.settled((await creator.create({ count: '2' })).body.id);
    const ids = generation.images.map(({ id }) => id);
    const partly = await add({
      image: [...ids, 'gone'],
      selected: [...ids, 'gone'],
      name: ['a', 'b', 'c'],
      altText: ['', '', ''],
    });
    expect([partly.status, partly.body.documents.length, partly.body.failed.length]).to.deep.equal([200, 2, 1]);
    expect(partly.body.sentence).to.match(/^2 of 3 images were added to Documents and Media\. c: /);
  });

  it('keeps an image for its author when the site has no room for it, and adds it when there is some', async () => {
    const quota = async (bytes: string): Promise<void> => {
      const set = ['settings', 'set', 'documents-media.storageQuota', bytes, '--site', 'home'];
      expect(await creator.portal.command(set)).to.include({ exitCode: 0 });
    };
    const generation = await creator.settled((await creator.create()).body.id);
    await quota('1 kB');
    const refused = await creator.addAll(generation);
    expect([refused.status, JSON.stringify(refused.body)]).to.satisfy(
      ([status, body]: [number, string]) =>
        status === 409 && body.includes('does not fit: the files of this site may take 1000 B.'),
      JSON.stringify(refused.body),
    );
    expect(await creator.settled(generation.id)).to.deep.include({ state: 'offered', images: generation.images });
    await quota('1 GiB');
    expect((await creator.addAll(generation)).body.documents).to.have.length(generation.images.length);
    expect((await creator.settled(generation.id)).state).to.equal('saved');
  });

  it('adds the others when the first of them is gone', async () => {
    const generation = await creator.settled((await creator.create()).body.id);
    const ids = ['gone', generation.images[0]?.id ?? ''];
    const partly = await add({ image: ids, selected: ids, name: ['a', 'b'], altText: ['', ''] });
    expect([partly.status, partly.body.documents?.length, partly.body.failed?.length]).to.deep.equal([200, 1, 1]);
  });
});
