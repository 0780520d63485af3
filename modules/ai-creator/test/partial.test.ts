import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { type CreatorPortal, type GenerationAnswer, newKey, startCreatorPortal } from './creator-portal.js';

describe('images that come while others do not', () => {
  let creator: CreatorPortal;
  before(async () => {
    creator = await startCreatorPortal();
  });
  beforeEach(() => creator.sandbox.reset());
  after(() => creator.stop());

  const post = async (path: string, fields: object) =>
    creator.visitor
      .post(`/web/home/ai-creator/generations/${path}`)
      .set({
        Origin: creator.portal.url,
        'X-Portico-Csrf': await creator.portal.csrf(creator.visitor),
        Accept: 'application/json',
      })
      .type('form')
      .send(fields);
  const look = async (id: string): Promise<GenerationAnswer> =>
    (await creator.visitor.get(`/web/home/ai-creator/generations/${id}`).set('Accept', 'application/json'))
      .body as GenerationAnswer;

  it('are offered at once, and can be added while the rest is on its way', async () => {
    creator.sandbox.next({ name: 'too-few', amount: 3 }, { name: 'slow', millis: 3000 });
    const { id } = (await creator.create({ count: '4' })).body as { id: string };
    let generation = await look(id);
    for (let tries = 0; generation.images.length < 3 && tries < 1000; tries += 1) {
      await delay(10);
      generation = await look(id);
    }
    expect([generation.isRunning, generation.images.length]).to.deep.equal([true, 3]);
    expect(generation.status).to.match(/^3 of 4 ready/);
    const added = await creator.addAll(generation);
    expect(added.body.documents).to.have.length(3);
    const over = await creator.settled(id);
    expect([over.state, over.images.filter(({ isSaved }) => isSaved).length, over.images.length]).to.deep.equal([
      'offered',
      3,
      4,
    ]);
  });

  it('cannot be discarded while others may come', async () => {
    creator.sandbox.next({ name: 'too-few', amount: 1 }, { name: 'slow', millis: 1500 });
    const { id } = (await creator.create({ count: '2' })).body as { id: string };
    let generation = await look(id);
    for (let tries = 0; generation.images.length < 1 && tries < 1000; tries += 1) {
      await delay(10);
      generation = await look(id);
    }
    const refused = await post(`${id}/discard`, {});
    expect([refused.status, refused.body.error?.code]).to.deep.equal([409, 'generation-runs']);
    const over = await creator.settled(id);
    expect([over.state, over.images.length, over.problem]).to.deep.equal(['offered', 2, undefined]);
    expect((await post(`${id}/discard`, {})).body).to.deep.equal({ discarded: true });
    expect(creator.sandbox.generations).to.have.length(2);
  });

  it('end as added when everything that came was added before the rest failed', async () => {
    creator.sandbox.next({ name: 'too-few', amount: 1 }, { name: 'stall-before-headers' });
    const { id } = (await creator.create({ count: '2' })).body as { id: string };
    let generation = await look(id);
    for (let tries = 0; generation.images.length < 1 && tries < 1000; tries += 1) {
      await delay(20);
      generation = await look(id);
    }
    await creator.addAll(generation);
    await post(`${id}/cancel`, {});
    expect((await creator.settled(id)).state).to.equal('saved');
  });

  it('leave a place that says why one is missing, and asks again for only that one', async () => {
    creator.sandbox.next({ name: 'too-few', amount: 3 }, 'error-500');
    const generation = await creator.settled((await creator.create({ count: '4' })).body.id);
    expect(generation.images).to.have.length(3);
    const page = await creator.visitor.get(`/web/home/ai-creator/generations/${generation.id}`).set('Accept', 'text/html');
    expect(page.text)
      .to.contain('Image 4 did not come')
      .and.to.contain('Retry only this one')
      .and.to.contain('has trouble right now');
    const before = creator.sandbox.generations.length;
    const idempotencyKey = newKey();
    const [again, twice] = [
      await post(`${generation.id}/retry`, { idempotencyKey }),
      await post(`${generation.id}/retry`, { idempotencyKey }),
    ];
    expect([again.status, twice.body.id]).to.deep.equal([201, again.body.id]);
    const retried = await creator.settled(again.body.id);
    expect(retried.images).to.have.length(1);
    expect(creator.sandbox.generations.slice(before).map(({ body }) => (body as { n: number }).n)).to.deep.equal([1]);
    const together = await creator.visitor.get(`/web/home/ai-creator/generations/${generation.id}`).set('Accept', 'text/html');
    expect(together.text.match(/class="create-image-check"/g)).to.have.length(4);
  });

  it('can be seen in the demo with [fail:fewer]: three of four, and the fourth when it is asked for again', async () => {
    const { body } = await creator.create({ description: 'a harbour [fail:fewer]', count: '4' });
    const generation = await creator.settled(body.id as string);
    expect([generation.state, generation.status, generation.problem?.code]).to.deep.equal([
      'offered',
      '3 of 4 images are ready.',
      'server-error',
    ]);
    const again = await post(`${generation.id}/retry`, { idempotencyKey: newKey() });
    const one = await creator.settled(again.body.id);
    expect([one.state, one.status]).to.deep.equal(['offered', 'Your image is ready.']);
  });

  it('refuse to be retried when nothing is missing', async () => {
    const generation = await creator.settled((await creator.create()).body.id);
    const refused = await post(`${generation.id}/retry`, { idempotencyKey: newKey() });
    expect([refused.status, refused.body.error.code]).to.deep.equal([409, 'nothing-missing']);
  });
});
