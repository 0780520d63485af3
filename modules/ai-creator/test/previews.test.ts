import { Settings } from '@portico/configuration/api';
import { AccessContexts, type Log } from '@portico/core';
import { digitalSourceType } from '@portico/core/testing';
import { expect } from 'chai';
import sharp from 'sharp';
import type { Response } from 'supertest';
import { trainedAlgorithmicMedia } from '../services/documents/generated-mark.js';
import { Previews } from '../services/images/previews.js';
import { creatorSettings } from '../services/settings/settings.js';
import { type CreatorPortal, startCreatorPortal, type TestClient } from './creator-portal.js';

const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

async function until(happened: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !(await happened()); tries += 1) await pause(20);
}

describe('Previews of an image that is made', () => {
  let creator: CreatorPortal;

  before(async () => {
    creator = await startCreatorPortal();
  });
  beforeEach(() => creator.sandbox.reset());
  after(() => creator.stop());

  async function allow(previews: boolean): Promise<void> {
    const { person } = creator.portal.service(AccessContexts).system();
    if (!person) throw new Error('There is no system.');
    const settings = creator.portal.service(Settings).of(creatorSettings);
    await settings.save({ kind: 'instance' }, { previews: { set: previews } }, person);
  }
  const place = (id: string): string => `/web/home/ai-creator/generations/${id}`;
  const get = (path: string, as: TestClient = creator.visitor): Promise<Response> =>
    as.get(path).set('Accept', 'application/json, image/*') as unknown as Promise<Response>;
  const numberOf = async (id: string): Promise<number | undefined> => (await get(`${place(id)}/status`)).body.preview;

  it('are asked for only when an administrator wants them: they cost', async () => {
    const { body } = await creator.create();
    expect((await creator.settled(body.id)).state).to.equal('offered');
    expect(creator.sandbox.generations[0]?.body).not.to.have.property('stream');
  });

  it('are shown to the author only, small, from here, and gone when it is over', async () => {
    await allow(true);
    creator.sandbox.next('stream-stall');
    const { id } = (await creator.create()).body as { id: string };
    await until(async () => (await numberOf(id)) === 1);
    const answer = await get(`${place(id)}/preview?number=1`);
    expect(answer.status).to.equal(200);
    expect(answer.headers['cache-control']).to.equal('no-store');
    expect(answer.headers['content-type']).to.equal('image/webp');
    expect(answer.headers['content-security-policy']).to.equal("default-src 'none'; sandbox");
    const bytes = answer.body as Buffer;
    const { width, height, format } = await sharp(bytes).metadata();
    expect([width, height, format]).to.deep.equal([512, 512, 'webp']);
    expect(await digitalSourceType(bytes)).to.equal(trainedAlgorithmicMedia);
    const administrator = await creator.portal.signIn();
    expect((await get(`${place(id)}/preview`, administrator)).status).to.equal(404);
    expect((await get(`${place(id)}/preview`, creator.portal.agent())).status).to.equal(401);
    expect((await get(`${place(id)}/preview?number=x`)).status).to.equal(400);
    expect((await creator.visitor.get(place(id))).text, 'without scripts').to.contain(`${place(id)}/preview?number=1`);

    await creator.portal.post(creator.visitor, `${place(id)}/cancel`);
    expect((await creator.settled(id)).problem?.code).to.equal('cancelled');
    expect((await get(`${place(id)}/preview`)).status).to.equal(404);
    expect(await numberOf(id)).to.equal(undefined);
    expect(creator.sandbox.generations).to.have.length(1);
  });

  it('change nothing of the image: it is offered with what it cost, after one request', async () => {
    await allow(true);
    const { body } = await creator.create();
    const generation = await creator.settled(body.id);
    expect([generation.state, generation.images.length]).to.deep.equal(['offered', 1]);
    expect((await get(`${place(generation.id)}/preview`)).status).to.equal(404);
    const { provenance } = (
      await get(`/web/home/documents-media/api/documents/${(await creator.addAll(generation)).body.documents[0].id}`)
    ).body;
    expect(provenance.usage.outputTokens).to.equal(272 + 200);
    expect(creator.sandbox.generations).to.have.length(1);
  });

  it('are not asked for with several images, which the events do not tell apart', async () => {
    await allow(true);
    const { body } = await creator.create({ count: '2' });
    expect((await creator.settled(body.id)).images).to.have.length(2);
    expect(creator.sandbox.generations[0]?.body).not.to.have.property('stream');
  });

  it('that are no pictures cost nobody the image', async () => {
    await allow(true);
    creator.sandbox.next('stream-bad-preview');
    const { body } = await creator.create();
    expect((await creator.settled(body.id)).state).to.equal('offered');
  });

  it('do not make a failure in the middle be sent again, or called anything else', async () => {
    await allow(true);
    for (const [behaviour, code] of [
      ['stream-error', 'server-error'],
      ['stream-declined', 'declined'],
      ['stream-cut', 'connection-error'],
    ] as const) {
      creator.sandbox.reset();
      creator.sandbox.next(behaviour);
      const { body } = await creator.create();
      expect((await creator.settled(body.id)).problem?.code).to.equal(code);
      expect(creator.sandbox.generations).to.have.length(1);
    }
  });
});

describe('The previews that are held', () => {
  const warnings: unknown[] = [];
  const log = { warn: (...words: unknown[]) => warnings.push(words) } as unknown as Log;
  const picture = (side: number): Promise<Buffer> =>
    sharp({ create: { width: side, height: side, channels: 3, background: '#336699' }, limitInputPixels: false })
      .png({ compressionLevel: 1 })
      .toBuffer();

  it('are the newest of each generation, numbered, and told of', async () => {
    const previews = new Previews(log);
    const told: string[] = [];
    previews.onDidChange((id) => told.push(id));
    const take = previews.open('one');
    take?.({ position: 1, bytes: await picture(600) });
    await until(() => previews.find('one')?.number === 1);
    take?.({ position: 1, bytes: await picture(20) });
    await until(() => previews.find('one')?.number === 2);
    expect((await sharp(previews.find('one')?.bytes).metadata()).width).to.equal(20);
    expect(told).to.deep.equal(['one', 'one']);
    previews.drop('one');
    expect(previews.find('one')).to.equal(undefined);
    take?.({ position: 1, bytes: await picture(20) });
    await pause(100);
    expect(previews.find('one')).to.equal(undefined);
  });

  it('leave out letters, bombs and what is too long, and say so in the log without what came', async () => {
    const previews = new Previews(log);
    const take = previews.open('two');
    for (const bytes of [Buffer.from('Dear reader'), await picture(12_000), Buffer.alloc(17 * 1024 * 1024, 0x89)]) {
      take?.({ position: 1, bytes });
      await pause(50);
    }
    take?.({ position: 1, bytes: await picture(30) });
    await until(() => previews.find('two') !== undefined);
    expect(previews.find('two')?.number).to.equal(1);
    expect(warnings).to.have.length(2);
    expect(JSON.stringify(warnings)).not.to.contain('Dear reader');
  });

  it('are bounded in number', () => {
    const previews = new Previews(log);
    const opened = Array.from({ length: 70 }, (_, index) => previews.open(String(index))).filter(Boolean);
    expect(opened).to.have.length(64);
    previews.drop('0');
    expect(previews.open('again')).to.be.a('function');
  });
});
