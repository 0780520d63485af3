import { createImagesSandbox } from '@portico/ai-sandbox/api';
import { SiteDirectory } from '@portico/core';
import { People } from '@portico/identity/api';
import { expect } from 'chai';
import { GenerationQueue } from '../services/generations/generation-queue.js';
import type { CreatorConfig } from '../services/settings/creator-config.js';
import { type CreatorPortal, startCreatorPortal, type TestClient } from './creator-portal.js';

const bo = { email: 'bo@portico.example', name: 'Bo Busy', password: 'another long enough password' };

interface Told {
  readonly id: string;
  readonly position?: number;
  readonly status: string;
}

describe('orders of several people', () => {
  let creator: CreatorPortal;
  let other: TestClient;

  /** One order at a time, each of which takes a moment, so that what comes meanwhile waits. */
  const start = async (environment: NodeJS.ProcessEnv = {}, latency = 300): Promise<void> => {
    const sandbox = await createImagesSandbox({ latency });
    creator = await startCreatorPortal({ sandbox, environment, config: { concurrency: 1 } });
    const people = creator.portal.service(People);
    const { id } = await people.add(bo);
    await people.grant(id, 'Author', creator.portal.service(SiteDirectory).byAddress('home')?.id);
    other = await creator.portal.signIn(bo);
  };
  afterEach(async () => {
    await creator.stop();
    await creator.sandbox.close();
  });

  const order = async (description: string, as: TestClient): Promise<Told> =>
    (await creator.create({ description }, as)).body as Told;
  const follow = async (id: string, as: TestClient): Promise<Told> =>
    (await as.get(`/web/home/ai-creator/api/generations/${id}`)).body as Told;

  it('are sent by person in turn, and each says how many are before it', async () => {
    await start();
    const ada = creator.visitor;
    const mine: Told[] = [];
    for (const name of ['one', 'two', 'three', 'four']) mine.push(await order(`ada ${name}`, ada));
    const theirs: Told[] = [];
    for (const name of ['one', 'two']) theirs.push(await order(`bo ${name}`, other));
    const last = await follow(mine[3]?.id ?? '', ada);
    expect(last.position).to.be.greaterThan(0);
    expect(last.status).to.match(/^Waiting for its turn: \d before you$/);
    expect(theirs[1]?.position).to.be.lessThan(last.position ?? 0);
    const page = await ada.get(`/web/home/ai-creator/generations/${mine[3]?.id}`).set('Accept', 'text/html');
    expect(page.text).to.match(/Waiting for its turn: \d before you/);
    for (const { id } of mine) await creator.settled(id, ada);
    for (const { id } of theirs) await creator.settled(id, other);
    const sent = creator.sandbox.generations.map(({ body }) => (body as { prompt: string }).prompt);
    expect([...sent].sort()).to.deep.equal(['ada four', 'ada one', 'ada three', 'ada two', 'bo one', 'bo two']);
    // Whoever orders first is sent first; from then on nobody has two turns while the other waits.
    expect(sent.indexOf('bo two')).to.be.lessThan(sent.indexOf('ada four'));
    expect(sent.indexOf('bo one')).to.be.lessThan(sent.indexOf('ada three'));
    expect((await follow(mine[3]?.id ?? '', ada)).position).to.equal(undefined);
  });

  it('are not sent for somebody who is deleted while they wait', async () => {
    await start({}, 2000);
    const first = await order('ada one', creator.visitor);
    await order('bo one', other);
    expect((await creator.portal.command(['users', 'delete', '--email', bo.email, '--yes'])).exitCode).to.equal(0);
    await creator.settled(first.id, creator.visitor);
    const second = await order('ada two', creator.visitor);
    await creator.settled(second.id, creator.visitor);
    const sent = creator.sandbox.generations.map(({ body }) => (body as { prompt: string }).prompt);
    expect(sent).to.deep.equal(['ada one', 'ada two']);
  });

  it('are at most so many at a time for one person, whatever others have, and cancelling makes room', async () => {
    await start({ PORTICO_SETTING_AI_CREATOR_OPEN_ORDERS: '3' });
    const ada = creator.visitor;
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => creator.create({ description: `ada ${index}` }, ada)),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 201)).to.have.length(3);
    expect(refused).to.have.length(5);
    expect(refused[0]?.body.error).to.include({
      code: 'too-many-open-orders',
      message:
        'You have 3 orders that are not finished yet, which is the most at a time. Wait until one is ready, or cancel one.',
    });
    expect(refused[0]?.headers['retry-after']).to.equal('30');
    expect((await creator.create({ description: 'bo' }, other)).status).to.equal(201);
    const waiting = answers.filter(({ status }) => status === 201).at(-1)?.body as Told;
    await creator.portal.post(ada, `/web/home/ai-creator/generations/${waiting.id}/cancel`);
    expect((await creator.create({ description: 'ada again' }, ada)).status).to.equal(201);
  });
});

describe('the place of an order in the queue', () => {
  it('is the number of orders that are taken before it, however many persons wait', () => {
    const queue = new GenerationQueue({ values: { concurrency: 1 } } as unknown as CreatorConfig);
    const orders = ['ada 1', 'ada 2', 'bo 1', 'ada 3', 'cy 1', 'bo 2', 'ada 4'];
    for (const id of orders) queue.add({ id, personId: id.split(' ')[0] ?? '' });
    const said = Object.fromEntries(orders.map((id) => [id, queue.before(id)]));
    const taken = orders.map(() => queue.take(0)?.id ?? '');
    expect(taken).to.deep.equal(['ada 1', 'bo 1', 'cy 1', 'ada 2', 'bo 2', 'ada 3', 'ada 4']);
    expect(said).to.deep.equal(Object.fromEntries(orders.map((id) => [id, taken.indexOf(id)])));
    expect(queue.before('ada 1')).to.equal(undefined);
  });
});
