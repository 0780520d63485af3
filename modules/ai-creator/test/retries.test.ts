import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createImagesSandbox, type ImagesSandbox } from '@portico/ai-sandbox/api';
import { Settings } from '@portico/configuration/api';
import { AccessContexts, instanceScope, UnitOfWork } from '@portico/core';
import { expect } from 'chai';
import { type CreatorPortal, creatorPage, newKey, startCreatorPortal } from './creator-portal.js';

const short = { retries: 2, retryMillis: 30 };

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('It does not happen.');
}

interface Status {
  readonly state: string;
  readonly status: string;
  readonly attempts: number;
  readonly retryAt?: string;
}

const statusOf = async (creator: CreatorPortal, id: string): Promise<Status> =>
  (await creator.visitor.get(`/web/home/ai-creator/generations/${id}/status`)).body as Status;

/** Resolves when it waits to be sent. */
const waits = (creator: CreatorPortal, id: string): Promise<void> =>
  until(async () => (await statusOf(creator, id)).retryAt !== undefined);

const cancel = async (creator: CreatorPortal, id: string): Promise<object> =>
  (
    await creator.visitor.post(`/web/home/ai-creator/generations/${id}/cancel`).set({
      Origin: creator.portal.url,
      'X-Portico-Csrf': await creator.portal.csrf(creator.visitor),
      Accept: 'application/json',
    })
  ).body as object;

describe('sending again by itself', () => {
  let creator: CreatorPortal;
  before(async () => {
    creator = await startCreatorPortal({ config: { ...short, retryCapSeconds: 20 } });
  });
  beforeEach(() => creator.sandbox.reset());
  after(() => creator.stop());

  const make = async (fields: object = {}) => creator.settled((await creator.create(fields)).body.id as string);

  it('brings the images after an answer that asked for patience', async () => {
    creator.sandbox.next({ name: 'slow-down', retryAfter: 1 });
    const { id } = (await creator.create({ count: '2' })).body as { id: string };
    await waits(creator, id);
    expect(await statusOf(creator, id)).to.include({
      state: 'reserved',
      attempts: 1,
      status: 'The image service is busy. Trying again in 1 s.',
    });
    const generation = await creator.settled(id);
    expect([generation.state, generation.images.length, generation.problem]).to.deep.equal(['offered', 2, undefined]);
    expect(creator.sandbox.generations.map(({ status }) => status)).to.deep.equal([429, 200]);
    expect((await statusOf(creator, id)).attempts).to.equal(2);
  });

  it('does not wait longer than it may, and says when one can try', async () => {
    creator.sandbox.next({ name: 'rate-limit', retryAfter: 25 });
    const generation = await make();
    expect([generation.state, generation.problem?.code]).to.deep.equal(['failed', 'rate-limited']);
    expect(generation.problem?.sentence).to.equal('Too many images are being made right now. Try again in 25 seconds.');
    expect(creator.sandbox.generations).to.have.length(1);
    const next = await make({ description: 'the next one with the same key' });
    expect(next.problem?.sentence).to.match(/^Too many images .* Try again in 2\d seconds\.$/);
    expect(creator.sandbox.generations, 'the key rests').to.have.length(1);
    const { person } = creator.portal.service(AccessContexts).system();
    const settings = creator.portal.service(Settings).of(creatorPage);
    const key = settings.secret(instanceScope, 'apiKey') ?? '';
    if (person) await settings.save(instanceScope, { apiKey: { set: key } }, person);
    expect((await make()).state, 'a new key has not heard it').to.equal('offered');
  });

  it('fails after its last attempt', async () => {
    const busy = { name: 'error-503', retryAfter: 0 } as const;
    creator.sandbox.next(busy, busy, busy);
    const generation = await make();
    expect([generation.state, generation.problem?.code]).to.deep.equal(['failed', 'server-error']);
    expect(creator.sandbox.generations.map(({ status }) => status)).to.deep.equal([503, 503, 503]);
  });

  it('asks after trouble of the server that came before any image', async () => {
    creator.sandbox.next('error-500', 'error-502');
    expect((await make()).state).to.equal('offered');
    expect(creator.sandbox.generations.map(({ status }) => status)).to.deep.equal([500, 502, 200]);
  });

  for (const name of [
    'error-504',
    'reset-in-body',
    'reset-before-headers',
    'html',
    'moderation-blocked',
    'invalid-size',
  ] as const) {
    it(`never sends again after ${name}`, async () => {
      creator.sandbox.next(name);
      expect((await make()).state).to.equal('failed');
      expect(creator.sandbox.generations).to.have.length(1);
    });
  }

  it('keeps what came when the rest is refused, and asks for that no more', async () => {
    creator.sandbox.next({ name: 'too-few', amount: 1 }, { name: 'slow-down', retryAfter: 1 });
    const generation = await make({ count: '2' });
    expect([generation.state, generation.images.length]).to.deep.equal(['offered', 1]);
    expect(creator.sandbox.generations).to.have.length(2);
  });

  it('is cancelled at once while it waits, for free', async () => {
    creator.sandbox.next({ name: 'slow-down', retryAfter: 15 });
    const { id } = (await creator.create()).body as { id: string };
    await waits(creator, id);
    expect(await cancel(creator, id)).to.deep.equal({
      cancelled: true,
      maybeCharged: false,
      sentence: 'Cancelled while it waited to be sent again. Nothing is charged.',
    });
    expect((await creator.settled(id)).problem?.sentence).to.contain('Nothing is charged');
    expect(creator.sandbox.generations).to.have.length(1);
  });
});

describe('a generation that waits to be sent again', () => {
  let home: string;
  let sandbox: ImagesSandbox;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-retries-'));
    sandbox = await createImagesSandbox();
  });
  afterEach(async () => {
    await sandbox.close();
    await rm(home, { recursive: true, force: true });
  });
  const prompts = (): readonly string[] => sandbox.generations.map(({ body }) => (body as { prompt: string }).prompt);

  it('is one generation, however often it was clicked, and counts once', async () => {
    const creator = await startCreatorPortal({ home, sandbox, config: short });
    sandbox.next({ name: 'slow-down', retryAfter: 1 });
    const idempotencyKey = newKey();
    const first = await creator.create({ idempotencyKey });
    await waits(creator, first.body.id);
    const second = await creator.create({ idempotencyKey });
    expect(second.body.id).to.equal(first.body.id);
    await creator.settled(first.body.id);
    expect(sandbox.generations).to.have.length(2);
    const usage = await creator.portal
      .service(UnitOfWork)
      .read((reader) => reader.query('SELECT state, images, error_code AS error FROM ai_usage_entry'));
    expect(usage).to.deep.equal([{ state: 'settled', images: 1, error: null }]);
    await creator.stop();
  });

  it('leaves its place to others, and those with the same key wait with it', async () => {
    const creator = await startCreatorPortal({ home, sandbox, config: { ...short, concurrency: 1 } });
    // Long enough for whatever else the machine has to do.
    sandbox.next({ name: 'error-503', retryAfter: 20 });
    const trouble = (await creator.create({ description: 'has trouble' })).body.id as string;
    await waits(creator, trouble);
    const other = await creator.settled((await creator.create({ description: 'passes by' })).body.id);
    expect([other.state, (await statusOf(creator, trouble)).state]).to.deep.equal(['offered', 'reserved']);
    await cancel(creator, trouble);
    sandbox.reset();
    sandbox.next({ name: 'slow-down', retryAfter: 5 });
    const busy = (await creator.create({ description: 'is told to wait' })).body.id as string;
    await waits(creator, busy);
    const behind = (await creator.create({ description: 'waits with it' })).body.id as string;
    await waits(creator, behind);
    expect((await statusOf(creator, behind)).status).to.match(/^The image service is busy\. Trying in [1-5] s\.$/);
    expect((await statusOf(creator, behind)).attempts).to.equal(0);
    expect([(await creator.settled(busy)).state, (await creator.settled(behind)).state]).to.deep.equal(['offered', 'offered']);
    expect(sandbox.generations.map(({ status }) => status)).to.deep.equal([429, 200, 200]);
    await creator.stop();
  });

  it('waits no longer for a service that is used no more', async () => {
    const creator = await startCreatorPortal({ home, sandbox, config: short });
    sandbox.next({ name: 'slow-down', retryAfter: 300 });
    await creator.settled((await creator.create()).body.id);
    const { person } = creator.portal.service(AccessContexts).system();
    const settings = creator.portal.service(Settings).of(creatorPage);
    if (person) await settings.save(instanceScope, { service: { set: 'localai' } }, person);
    await creator.settled((await creator.create()).body.id);
    expect(sandbox.generations.map(({ status }) => status)).to.have.length(2);
    await creator.stop();
  });

  it('asks the checkbox again before it is sent', async () => {
    const creator = await startCreatorPortal({ home, sandbox, config: short });
    sandbox.next({ name: 'slow-down', retryAfter: 1 });
    const { id } = (await creator.create()).body as { id: string };
    await waits(creator, id);
    const { person } = creator.portal.service(AccessContexts).system();
    const settings = creator.portal.service(Settings).of(creatorPage);
    if (person) await settings.save(instanceScope, { enabled: { set: false } }, person);
    await until(async () => {
      const [row] = await creator.portal
        .service(UnitOfWork)
        .read((reader) => reader.query<{ code: string }>('SELECT error_code AS code FROM ai_creator_generation'));
      return row?.code === 'switched-off';
    });
    expect(sandbox.generations).to.have.length(1);
    await creator.stop();
  });

  it('goes on after a restart, at its time', async () => {
    const first = await startCreatorPortal({ home, sandbox, config: short });
    sandbox.next({ name: 'slow-down', retryAfter: 2 });
    const { id } = (await first.create({ description: 'a patient cat' })).body as { id: string };
    await waits(first, id);
    const { retryAt } = await statusOf(first, id);
    await first.stop();
    const second = await startCreatorPortal({ home, sandbox, config: short });
    expect(await statusOf(second, id)).to.include({ state: 'reserved', attempts: 1, retryAt });
    expect((await second.settled(id)).state).to.equal('offered');
    expect(prompts()).to.deep.equal(['a patient cat', 'a patient cat']);
    await second.stop();
  });

  it('survives kill -9, and is sent once more, at its time', async () => {
    sandbox.next({ name: 'slow-down', retryAfter: 3 });
    const script = fileURLToPath(new URL('./fixtures/creator-process.js', import.meta.url));
    const child = spawn(process.execPath, [script, home, sandbox.url], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const [told = '', behind = ''] = JSON.parse(line.toString()) as string[];
    await until(() => sandbox.generations.length === 1 && sandbox.generations[0]?.status === 429);
    // The row says that it waits before the process dies.
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const creator = await startCreatorPortal({ home, sandbox, config: short });
    expect(await statusOf(creator, told)).to.include({ state: 'reserved', attempts: 1 });
    expect([(await creator.settled(told)).state, (await creator.settled(behind)).state]).to.deep.equal(['offered', 'offered']);
    expect(prompts().filter((prompt) => prompt === 'killed while it was sent')).to.have.length(2);
    expect(sandbox.generations.map(({ status }) => status)).to.deep.equal([429, 200, 200]);
    const doctor = await creator.portal.command(['doctor']);
    expect(doctor.exitCode, doctor.out).to.equal(0);
    await creator.stop();
  });

  it('is told to whoever asks: on the page, by the API and in a terminal', async () => {
    const creator = await startCreatorPortal({ home, sandbox, config: short });
    sandbox.next({ name: 'slow-down', retryAfter: 15 });
    const { id } = (await creator.create()).body as { id: string };
    await waits(creator, id);
    const sentence = /The image service is busy. Trying again in 1\d s\./;
    for (const path of [id, '']) {
      const page = await creator.visitor.get(`/web/home/ai-creator/generations/${path}`).set('Accept', 'text/html');
      expect(page.text).to.match(sentence);
    }
    const { body } = await creator.visitor.get(`/web/home/ai-creator/api/generations/${id}`);
    expect(body).to.include({ state: 'reserved', isRunning: true, attempts: 1 });
    expect([body.status, Date.parse(body.retryAt) > Date.now(), body.problem]).to.satisfy(
      ([status, isLater, problem]: [string, boolean, unknown]) => sentence.test(status) && isLater && problem === undefined,
    );
    const shown = await creator.portal.command(['images', 'show', id, '--site', 'home', '--as', 'ada@portico.example']);
    expect(shown.out).to.match(sentence);
    await cancel(creator, id);
    const { person } = creator.portal.service(AccessContexts).system();
    const settings = creator.portal.service(Settings).of(creatorPage);
    if (person) await settings.save(instanceScope, { apiKey: { set: settings.secret(instanceScope, 'apiKey') ?? '' } }, person);
    sandbox.next({ name: 'slow-down', retryAfter: 1 });
    const made = await creator.portal.command(['images', 'create', '--site', 'home', '--description', 'a cat']);
    expect([made.exitCode, made.err.trim()]).to.deep.equal([0, 'The image service is busy. Trying again in 1 s.']);
    await creator.stop();
  });
});

describe('an order whose provider goes away', () => {
  const missing = 'The image service is not there right now.';
  let creator: CreatorPortal;

  beforeEach(async () => {
    creator = await startCreatorPortal({ config: { concurrency: 1 } });
  });
  afterEach(() => creator.stop());

  const press = async (action: 'enable' | 'disable'): Promise<void> => {
    const answer = await creator.portal.post(await creator.portal.signIn(), `/configuration/modules/ai-openai/${action}`);
    expect(answer.status, answer.text).to.equal(303);
  };
  /** Its turn comes when the provider is gone: before it somebody waits for an answer, and gives up. */
  const orphan = async (): Promise<string> => {
    creator.sandbox.next('stall-before-headers');
    const { id: first } = (await creator.create({ description: 'the first in the queue' })).body as { id: string };
    await until(() => creator.sandbox.generations.length === 1);
    const { id } = (await creator.create()).body as { id: string };
    await press('disable');
    await cancel(creator, first);
    return id;
  };
  const isMissed = (id: string): Promise<void> => until(async () => (await statusOf(creator, id)).status.startsWith(missing));

  it('waits until the module is there again, and is sent once', async () => {
    const id = await orphan();
    await isMissed(id);
    expect(await statusOf(creator, id)).to.include({ state: 'reserved', attempts: 0 });
    await press('enable');
    const round = await creator.settled(id);
    expect([round.state, round.images.length, round.problem]).to.deep.equal(['offered', 1, undefined]);
    expect(creator.sandbox.generations).to.have.length(2);
  });

  it('is cancelled for nothing while it waits', async () => {
    const id = await orphan();
    await isMissed(id);
    await cancel(creator, id);
    await press('enable');
    expect(await creator.settled(id)).to.deep.include({ state: 'failed' });
    const next = await creator.settled((await creator.create({ description: 'the next one' })).body.id as string);
    expect(next.state).to.equal('offered');
    expect(creator.sandbox.generations, 'the first and the next one').to.have.length(2);
  });

  it('fails in words when the provider does not come back', async () => {
    await creator.stop();
    creator = await startCreatorPortal({ config: { concurrency: 1, retryTotalSeconds: 1 } });
    const round = await creator.settled(await orphan());
    expect([round.state, round.problem?.code]).to.deep.equal(['failed', 'provider-missing']);
    expect(creator.sandbox.generations).to.have.length(1);
  });
});
