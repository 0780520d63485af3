import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BehaviourName, createImagesSandbox, type ImagesSandbox, sandboxKey } from '@portico/ai-sandbox/api';
import { type Clock, UnitOfWork } from '@portico/core';
import { expect } from 'chai';
import { type CreatorPortal, newKey, startCreatorPortal } from './creator-portal.js';

/** A clock that can be set forward. */
class TestClock implements Clock {
  private ahead = 0;
  now(): Date {
    return new Date(Date.now() + this.ahead);
  }
  monotonic(): number {
    return performance.now() + this.ahead;
  }
  forward(hours: number): void {
    this.ahead += hours * 3600 * 1000;
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('It does not happen.');
}

describe('the life of an image', () => {
  describe('clicks', () => {
    let creator: CreatorPortal;
    before(async () => {
      creator = await startCreatorPortal({ sandboxOptions: { latency: 150 } });
    });
    beforeEach(() => creator.sandbox.reset());
    after(() => creator.stop());

    it('makes one request of a double click, and of 50 at the same time', async () => {
      const idempotencyKey = newKey();
      const csrf = await creator.portal.csrf(creator.visitor);
      const answers = await Promise.all(
        Array.from({ length: 50 }, () =>
          creator.visitor
            .post('/web/home/ai-creator/generations')
            .set({ Origin: creator.portal.url, 'X-Portico-Csrf': csrf, Accept: 'application/json' })
            .type('form')
            .send({ idempotencyKey, description: 'a cat', size: '256x256', count: '1' }),
        ),
      );
      expect(new Set(answers.map(({ body }) => body.id as string)).size).to.equal(1);
      await creator.settled(answers[0]?.body.id);
      expect(creator.sandbox.generations).to.have.length(1);
    });

    it('refuses the same form with other content', async () => {
      const idempotencyKey = newKey();
      await creator.settled((await creator.create({ idempotencyKey })).body.id);
      const other = await creator.create({ idempotencyKey, description: 'something else' });
      expect([other.status, other.body.error.code]).to.deep.equal([409, 'generation-differs']);
      expect(creator.sandbox.generations).to.have.length(1);
    });

    it('adds an image once, however often Add Selected is pressed', async () => {
      const generation = await creator.settled((await creator.create({ count: '2' })).body.id);
      const answers = await Promise.all([creator.addAll(generation), creator.addAll(generation), creator.addAll(generation)]);
      answers.push(await creator.addAll(generation));
      const ids = answers.flatMap(({ body }) => (body.documents as { id: string }[]).map(({ id }) => id));
      expect(ids).to.have.length(8);
      expect(new Set(ids).size).to.equal(2);
    });

    it('cancels before it is sent for free, and afterwards says that it may be charged', async () => {
      creator.sandbox.next('stall-before-headers', 'stall-before-headers');
      const [first, second, third] = await Promise.all([creator.create(), creator.create(), creator.create()]);
      await until(() => creator.sandbox.generations.length === 2);
      const csrf = await creator.portal.csrf(creator.visitor);
      const cancel = async (id: string): Promise<{ maybeCharged?: boolean; sentence: string; cancelled: boolean }> =>
        (
          await creator.visitor
            .post(`/web/home/ai-creator/generations/${id}/cancel`)
            .set({ Origin: creator.portal.url, 'X-Portico-Csrf': csrf, Accept: 'application/json' })
        ).body;
      const ids: string[] = [first.body.id, second.body.id, third.body.id];
      const states = await Promise.all(
        ids.map(
          async (id) =>
            (await creator.visitor.get(`/web/home/ai-creator/generations/${id}/status`)).body as { id: string; state: string },
        ),
      );
      const waiting = states.find(({ state }) => state === 'reserved')?.id ?? '';
      expect(await cancel(waiting)).to.include({ cancelled: true, maybeCharged: false });
      for (const { id } of states.filter(({ state }) => state === 'sent')) {
        expect(await cancel(id)).to.include({ cancelled: true, maybeCharged: true });
        expect((await creator.settled(id)).problem?.sentence).to.contain('may still be charged');
      }
      expect(creator.sandbox.generations).to.have.length(2);
      expect((await cancel(waiting)).cancelled).to.equal(false);
    });

    it('goes on when the client leaves', async () => {
      const { id } = (await creator.create({ count: '2' })).body as { id: string };
      await until(async () => {
        const recent = await creator.visitor.get('/web/home/ai-creator/generations').set('Accept', 'application/json');
        const { generations } = recent.body as { generations: { id: string; state: string }[] };
        return generations.some((generation) => generation.id === id && generation.state === 'offered');
      });
    });

    it('goes on after the module was stopped and started', async () => {
      creator.sandbox.next('stall-before-headers');
      const { id } = (await creator.create()).body as { id: string };
      await until(() => creator.sandbox.generations.length === 1);
      await creator.portal.modules.stop('ai-creator');
      await creator.portal.modules.start('ai-creator');
      const generation = await creator.settled(id);
      expect([generation.state, generation.problem?.code]).to.deep.equal(['unknown', 'unknown']);
      expect(creator.sandbox.generations).to.have.length(1);
      expect((await creator.settled((await creator.create()).body.id)).state).to.equal('offered');
    });
  });

  describe('after a stop', () => {
    let home: string;
    let sandbox: ImagesSandbox;
    beforeEach(async () => {
      home = await mkdtemp(join(tmpdir(), 'portico-life-'));
      sandbox = await createImagesSandbox();
    });
    afterEach(async () => {
      await sandbox.close();
      await rm(home, { recursive: true, force: true });
    });

    it('never sends again what was sent, continues what was reserved, and offers what came', async () => {
      const first = await startCreatorPortal({ home, sandbox, config: { concurrency: 1 } });
      const offered = await first.settled((await first.create({ description: 'a finished forest' })).body.id);
      sandbox.next('stall-before-headers');
      const sent = (await first.create({ description: 'a lost letter' })).body.id as string;
      await until(() => sandbox.generations.length === 2);
      const reserved = (await first.create({ description: 'a patient cat' })).body.id as string;
      await first.stop();

      const second = await startCreatorPortal({ home, sandbox });
      expect((await second.settled(sent)).state).to.equal('unknown');
      expect((await second.settled(reserved)).state).to.equal('offered');
      const again = await second.settled(offered.id);
      expect(again.images).to.deep.equal(offered.images);
      expect((await second.visitor.get(again.images[0]?.href ?? '')).status).to.equal(200);
      const prompts = sandbox.generations.map(({ body }) => (body as { prompt: string }).prompt);
      expect(prompts).to.deep.equal(['a finished forest', 'a lost letter', 'a patient cat']);
      expect((await second.addAll(again)).status).to.equal(200);
      await second.stop();
    });

    it('settles what a sudden death left in each state', async () => {
      const first = await startCreatorPortal({ home, sandbox });
      const ids: Record<string, string> = {};
      for (const state of ['reserved', 'sent', 'received', 'offered']) {
        ids[state] = (await first.settled((await first.create({ description: `left in ${state}` })).body.id)).id;
      }
      const { reserved = '', sent = '', received = '', offered = '' } = ids;
      await first.portal.service(UnitOfWork).write(async (transaction) => {
        for (const id of [reserved, sent]) {
          await transaction.query('DELETE FROM ai_creator_image WHERE generation_id = ?', [id]);
        }
        await transaction.query("UPDATE ai_creator_image SET state = 'received', rendition_blob = NULL WHERE generation_id = ?", [
          received,
        ]);
        for (const [state, id] of Object.entries({ reserved, sent, received })) {
          await transaction.query('UPDATE ai_creator_generation SET state = ? WHERE id = ?', [state, id]);
        }
      });
      await first.stop();
      sandbox.reset();
      const second = await startCreatorPortal({ home, sandbox });
      const states = await Promise.all([reserved, sent, received, offered].map(async (id) => (await second.settled(id)).state));
      expect(states).to.deep.equal(['offered', 'unknown', 'offered', 'offered']);
      expect((await second.settled(received)).images).to.have.length(1);
      expect(sandbox.generations).to.have.length(1);
      await second.stop();
    });

    it('survives kill -9: what was sent is unknown and never sent again, what waited goes on', async () => {
      sandbox.next('stall-before-headers');
      const script = fileURLToPath(new URL('./fixtures/creator-process.js', import.meta.url));
      const child = spawn(process.execPath, [script, home, sandbox.url], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const [sent = '', waiting = ''] = JSON.parse(line.toString()) as string[];
      await until(() => sandbox.generations.length === 1);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const creator = await startCreatorPortal({ home, sandbox });
      expect((await creator.settled(sent)).state).to.equal('unknown');
      expect((await creator.settled(waiting)).state).to.equal('offered');
      const prompts = sandbox.generations.map(({ body }) => (body as { prompt: string }).prompt);
      expect(prompts).to.deep.equal(['killed while it was sent', 'killed while it was waiting']);
      const doctor = await creator.portal.command(['doctor']);
      expect(doctor.exitCode, doctor.out).to.equal(0);
      await creator.stop();
    });

    it('keeps results for as long as it says, and no longer', async () => {
      const clock = new TestClock();
      const creator = await startCreatorPortal({ home, sandbox, clock });
      const generation = await creator.settled((await creator.create()).body.id);
      clock.forward(71);
      const visitor = await creator.portal.signIn({ email: 'ada@portico.example', password: 'a long enough password' });
      expect((await visitor.get(generation.images[0]?.href ?? '')).status).to.equal(200);
      clock.forward(2);
      expect((await visitor.get(generation.images[0]?.href ?? '')).status).to.equal(404);
      expect((await visitor.get(`/web/home/ai-creator/generations/${generation.id}`)).status).to.equal(404);
      await creator.portal.modules.stop('ai-creator');
      await creator.portal.modules.start('ai-creator');
      await until(async () => {
        const rows = await creator.portal.service(UnitOfWork).read((reader) => reader.query('SELECT id FROM ai_creator_image'));
        return rows.length === 0;
      });
      await creator.stop();
    });

    it('leaves no trace of the key: not in an answer, a log, a database byte or an error', async () => {
      const key = 'sk-canary-7f3a91c2d4-do-not-leak';
      const open = await createImagesSandbox({ keys: [sandboxKey, key] });
      const creator = await startCreatorPortal({ home, sandbox: open, key });
      const texts: string[] = [];
      const failures: readonly BehaviourName[] = [
        'invalid-api-key',
        'insufficient-quota',
        'html',
        'reset-in-body',
        'redirect',
        'error-500',
      ];
      for (const behaviour of [undefined, ...failures]) {
        if (behaviour) open.next(behaviour);
        const { id } = (await creator.create({ description: 'a canary in a mine' })).body as { id: string };
        texts.push(JSON.stringify(await creator.settled(id)));
        texts.push((await creator.visitor.get(`/web/home/ai-creator/generations/${id}`).set('Accept', 'text/html')).text);
      }
      const administrator = await creator.portal.signIn();
      texts.push((await administrator.get('/configuration/instance-settings/ai-creator').set('Accept', 'text/html')).text);
      const log = creator.portal.log();
      await creator.stop();
      await open.close();
      for (const text of [...texts, log]) expect(text).to.not.contain('canary-7f3a');
      expect(log).to.not.contain('canary in a mine');
      for (const file of await readdir(home, { recursive: true, withFileTypes: true })) {
        if (!file.isFile()) continue;
        expect((await readFile(join(file.parentPath, file.name))).includes('canary-7f3a'), file.name).to.equal(false);
      }
    });
  });

  it('makes images from the command line, and adds them to a folder', async () => {
    const creator = await startCreatorPortal();
    const call = ['images', 'create', '--site', 'home', '--description', 'a lighthouse at dusk', '--size', '512x512'];
    try {
      const made = await creator.portal.command([
        ...call,
        '--count',
        '2',
        '--folder',
        'Generated',
        '--as',
        'ada@portico.example',
      ]);
      expect(made.exitCode, made.err).to.equal(0);
      expect(made.out.trim().split('\n')).to.have.length(2);
      expect(made.out).to.contain('a-lighthouse-at-dusk.png').and.to.contain('a-lighthouse-at-dusk-2.png');
      creator.sandbox.next('insufficient-quota');
      const failed = await creator.portal.command(call);
      expect([failed.exitCode, failed.out]).to.deep.equal([1, '']);
      expect(failed.err).to.contain('insufficient_quota');
      const wrong = await creator.portal.command([...call.slice(0, -1), '300x300']);
      expect([wrong.exitCode, wrong.err.includes('256x256, 512x512, 1024x1024')]).to.deep.equal([1, true]);
      expect(creator.sandbox.generations).to.have.length(2);
    } finally {
      await creator.stop();
    }
  });
});
