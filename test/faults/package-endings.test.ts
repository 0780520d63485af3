import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { answering, type ModulePackage, ModulePackages } from '../support/module-packages.js';
import { PortalProcess, portico } from '../support/portal-process.js';

const id = 'bad';
/** Small limits, with room for a machine that is busy: a turn of 400 ms is long, one of 3 s ends the process. */
const hasty = { PORTICO_LONG_TURN_MILLIS: '400', PORTICO_END_BLOCKED_MILLIS: '3000' };

/** A page that is well, and one that does what the source says. */
const doing = (source: string): ModulePackage => ({
  id,
  files: {
    'module.js': `import * as core from '@portico/core';
class Pages { prefix = '/bad'; register(router) {
  router.get('/', { access: 'public' }, (ctx) => { ctx.body = 'well'; });
  router.get('/do', { access: 'public' }, async (ctx) => { await null; ctx.body = 'done'; ${source} });
} }
core.injectable()(Pages);
export default core.defineModule(({ contribute }) => contribute(core.HttpRoutes).to(Pages));`,
  },
});

describe('an installed module that ends the process', function () {
  this.timeout(180_000);
  let home: string;
  let packages: ModulePackages;
  let portal: PortalProcess | undefined;
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'portico-endings-'));
    packages = await ModulePackages.create();
    portal = await PortalProcess.start(home, 'start', hasty);
    expect((await portico(home, 'modules', 'install', await packages.pack({ id: 'neighbour' }))).code).to.equal(0);
  });
  afterEach(async () => {
    portal?.kill('SIGKILL');
    await portal?.ended;
    await packages.remove();
    rmSync(home, { recursive: true, force: true });
  });

  const start = async (args: readonly string[] = [], environment: Readonly<Record<string, string>> = hasty): Promise<void> => {
    portal = await PortalProcess.start(home, 'start', environment, [], args);
  };
  /** A request that ends the process gets no answer. */
  const ask = async (path: string): Promise<string | undefined> =>
    fetch(`${portal?.url}${path}`).then(
      async (answer) => (answer.status === 200 ? answer.text() : String(answer.status)),
      () => undefined,
    );
  const installed = async (said: ModulePackage): Promise<void> => {
    const { code, out } = await portico(home, 'modules', 'install', await packages.pack(said));
    expect(code, out).to.equal(0);
  };
  const why = async (): Promise<string> => (await portico(home, 'modules', 'why', id)).out;
  const stored = (): readonly string[] => readdirSync(join(home, 'modules')).filter((name) => name !== 'node_modules');

  /** It was named by the last run, is left out when an operator says so, and goes; the others run all the time. */
  async function isLeftOutAndRemoved(sentence: RegExp): Promise<void> {
    await start();
    expect(await why()).to.match(sentence);
    expect([await ask('/bad'), await ask('/neighbour')]).to.deep.equal(['well', '1.0.0']);
    portal?.kill('SIGTERM');
    await portal?.ended;
    await start(['--without', id]);
    expect([await ask('/bad'), await ask('/neighbour')]).to.deep.equal(['503', '1.0.0']);
    expect(await why()).to.match(/--without/);
    expect((await portico(home, 'modules', 'remove', id)).out).to.match(/^bad 1\.0\.0 is removed\.\n/);
    expect([await ask('/bad'), await ask('/neighbour')]).to.deep.equal(['404', '1.0.0']);
    expect(stored()).to.deep.equal(['neighbour']);
  }

  it('by a loop in a request is named after the restart, can be left out, and removed', async () => {
    await installed(doing('for (;;);'));
    expect(await ask('/bad/do')).to.equal(undefined);
    expect(await portal?.ended).to.equal(70);
    await isLeftOutAndRemoved(/bad held up the event loop for [\d.]+ s, in .*module\.js:\d+.*The portal ended itself\./);
  });

  it('by a leak is named after the restart, can be left out, and removed', async () => {
    portal?.kill('SIGTERM');
    await portal?.ended;
    await start([], { NODE_OPTIONS: '--max-old-space-size=160', PORTICO_LONG_TURN_MILLIS: '200' });
    await installed(
      doing(
        `const kept = []; setInterval(() => kept.push(Array.from({ length: 20_000 }, (_, index) => ({ index, text: [index] }))), 20);`,
      ),
    );
    await ask('/bad/do');
    expect(await portal?.ended).to.be.oneOf([134, 'SIGABRT']);
    await isLeftOutAndRemoved(/bad was the one that had grown most when \d+ % of the \d+ MB for objects were in use/);
  });

  it('by a signal to itself is gone with the process; left out, the portal runs and it is removed', async () => {
    await installed(doing(`process.kill(process.pid, 'SIGKILL');`));
    expect(await ask('/bad/do')).to.equal(undefined);
    expect(await portal?.ended).to.equal('SIGKILL');
    await isLeftOutAndRemoved(/active/);
  });

  it('asks for the end of the process in vain, and is named', async () => {
    await installed(doing('setTimeout(() => process.exit(3), 1);'));
    expect(await ask('/bad/do')).to.equal('done');
    expect([await ask('/bad'), await ask('/neighbour')]).to.deep.equal(['well', '1.0.0']);
    for (let turn = 0; turn < 400 && !portal?.log.includes('wanted to end the process'); turn += 1) await ask('/bad');
    const line = portal?.log.split('\n').find((each) => each.includes('A module wanted to end the process; it goes on.'));
    expect(JSON.parse(line ?? '{}')).to.include({ module: id });
    const { out } = await portico(home, 'modules', 'list', '--json');
    const listed = (JSON.parse(out) as { id: string; activity: { errors: number } }[]).find((each) => each.id === id);
    expect(listed?.activity.errors).to.be.greaterThan(0);
  });

  it('twice is left out in that version; the next one runs, and the portal is whole again', async () => {
    await installed(doing('for (;;);'));
    for (const _ of ['once', 'twice']) {
      expect(await ask('/bad/do')).to.equal(undefined);
      expect(await portal?.ended).to.equal(70);
      await start();
    }
    const readiness = async (): Promise<unknown> => (await fetch(`${portal?.url}/health/ready`)).json();
    expect([await ask('/bad'), await readiness()]).to.deep.equal(['503', { status: 'degraded' }]);
    expect(await why()).to.match(/Left out: it ended the portal twice in a row soon after the start\./);
    const sound = await packages.pack({ id, version: '1.1.0', files: { 'module.js': answering(id, 'sound') } });
    const { code, out } = await portico(home, 'modules', 'update', sound);
    expect(code, out).to.equal(0);
    expect([await ask('/bad'), await readiness()]).to.deep.equal(['sound', { status: 'ready' }]);
    portal?.kill('SIGTERM');
    await portal?.ended;
    await start();
    expect([await ask('/bad'), await readiness()]).to.deep.equal(['sound', { status: 'ready' }]);
  });

  it('by a loop as it starts was never installed: the log names its file, and the next start has none of it', async () => {
    const loops = `import * as core from '@portico/core';
class Run { onStart() { for (;;); } }
core.injectable()(Run);
export default core.defineModule(({ run }) => run(Run));`;
    const { code } = await portico(home, 'modules', 'install', await packages.pack({ id, files: { 'module.js': loops } }));
    expect(code).to.equal(1);
    expect(await portal?.ended).to.equal(70);
    expect(portal?.log).to.match(/The portal ends itself: .*, in onStart \(.*\/modules\/bad\/1\.0\.0-\w+\/module\.js:2\)/);
    const ending = portal?.log.split('\n').find((line) => line.includes('The portal ends itself: '));
    expect(JSON.parse(ending ?? '{}')).to.include({ module: id });
    await start();
    expect([await ask('/bad'), await ask('/neighbour')]).to.deep.equal(['404', '1.0.0']);
    expect(stored()).to.deep.equal(['neighbour']);
  });

  it('by a loop as it starts, from the deploy folder, is not tried by each start that follows, and says how to try it again', async () => {
    const loops = `import * as core from '@portico/core';
class Run { onStart() { for (;;); } }
core.injectable()(Run);
export default core.defineModule(({ run }) => run(Run));`;
    const file = await packages.pack({ id, files: { 'module.js': loops } });
    const dropped = join(home, 'deploy', 'bad.tgz');
    copyFileSync(file, dropped);
    expect(await portal?.ended).to.equal(70);
    for (const which of ['the next', 'the one after']) {
      if (which === 'the one after') portal?.kill('SIGTERM');
      await portal?.ended;
      rmSync(`${dropped}.error.txt`, { force: true });
      await start();
      for (let turn = 0; turn < 600 && !existsSync(`${dropped}.error.txt`); turn += 1) await delay(100);
      expect(readFileSync(`${dropped}.error.txt`, 'utf8')).to.match(
        /^The portal ended while this package was being installed\.\n\n.*To try it again, put it here anew while the portal runs\.\n$/,
      );
      expect([await ask('/bad'), await ask('/neighbour')], which).to.deep.equal(['404', '1.0.0']);
    }
    copyFileSync(file, dropped);
    expect(await portal?.ended, 'it was tried again').to.equal(70);
    await start();
    copyFileSync(await packages.pack({ id }), dropped);
    for (let turn = 0; turn < 600 && existsSync(`${dropped}.error.txt`); turn += 1) await delay(100);
    expect([await ask('/bad'), existsSync(`${dropped}.error.txt`)]).to.deep.equal(['1.0.0', false]);
  });

  it('by a loop as its next version starts runs in the version before', async () => {
    await installed({ id, files: { 'module.js': answering(id, 'well') } });
    const next = `import * as core from '@portico/core';
class Run { onStart() { for (;;); } }
core.injectable()(Run);
export default core.defineModule(({ run }) => run(Run));`;
    const file = await packages.pack({ id, version: '1.1.0', files: { 'module.js': next } });
    for (const time of ['once', 'twice']) {
      expect((await portico(home, 'modules', 'update', file)).code).to.equal(1);
      expect(await portal?.ended).to.equal(70);
      await start();
      expect([await ask('/bad'), await ask('/neighbour')], time).to.deep.equal(['well', '1.0.0']);
    }
    expect((await portico(home, 'modules', 'list')).out).to.match(/bad 1\.0\.0|bad\s+1\.0\.0/);
  });
});
