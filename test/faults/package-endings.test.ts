import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@portico/core/testing';
import { expect } from 'chai';
import { answering, type ModulePackage, ModulePackages } from '../support/module-packages.js';
import { eachOnItsOwn, fewModules, hasty, PortalProcess, portico } from '../support/portal-process.js';

const id = 'bad';

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
  const own = eachOnItsOwn('endings', () => ModulePackages.create());
  beforeEach(async () => {
    own.portal = await PortalProcess.start(own.home, 'start', { ...fewModules, ...hasty });
    expect((await portico(own.home, 'modules', 'install', await own.modules.pack({ id: 'neighbour' }))).code).to.equal(0);
  });

  const start = async (args: readonly string[] = [], environment: Readonly<Record<string, string>> = hasty): Promise<void> => {
    own.portal = await PortalProcess.start(own.home, 'start', { ...fewModules, ...environment }, [], args);
  };
  /** A request that ends the process gets no answer. */
  const ask = async (path: string): Promise<string | undefined> =>
    fetch(`${own.portal?.url}${path}`).then(
      async (answer) => (answer.status === 200 ? answer.text() : String(answer.status)),
      () => undefined,
    );
  const installed = async (said: ModulePackage): Promise<void> => {
    const { code, out } = await portico(own.home, 'modules', 'install', await own.modules.pack(said));
    expect(code, out).to.equal(0);
  };
  const why = async (): Promise<string> => (await portico(own.home, 'modules', 'why', id)).out;
  const stored = (): readonly string[] => readdirSync(join(own.home, 'modules')).filter((name) => name !== 'node_modules');

  /** It was named by the last run, is left out when an operator says so, and goes; the others run all the time. */
  async function isLeftOutAndRemoved(sentence: RegExp): Promise<void> {
    await start();
    expect(await why()).to.match(sentence);
    expect([await ask('/bad'), await ask('/neighbour')]).to.deep.equal(['well', '1.0.0']);
    own.portal?.kill('SIGTERM');
    await own.portal?.ended;
    await start(['--without', id]);
    expect([await ask('/bad'), await ask('/neighbour')]).to.deep.equal(['503', '1.0.0']);
    expect(await why()).to.match(/--without/);
    expect((await portico(own.home, 'modules', 'remove', id)).out).to.match(/^bad 1\.0\.0 is removed\.\n/);
    expect([await ask('/bad'), await ask('/neighbour')]).to.deep.equal(['404', '1.0.0']);
    expect(stored()).to.deep.equal(['neighbour']);
  }

  it('by a loop in a request is named after the restart, can be left out, and removed', async () => {
    await installed(doing('for (;;);'));
    expect(await ask('/bad/do')).to.equal(undefined);
    expect(await own.portal?.ended).to.equal(70);
    await isLeftOutAndRemoved(/bad held up the event loop for [\d.]+ s, in .*module\.js:\d+.*The portal ended itself\./);
  });

  it('by a leak is named after the restart, can be left out, and removed', async () => {
    own.portal?.kill('SIGTERM');
    await own.portal?.ended;
    await start([], { NODE_OPTIONS: '--max-old-space-size=160', PORTICO_LONG_TURN_MILLIS: '200' });
    await installed(
      doing(
        `const kept = []; setInterval(() => kept.push(Array.from({ length: 20_000 }, (_, index) => ({ index, text: [index] }))), 20);`,
      ),
    );
    await ask('/bad/do');
    expect(await own.portal?.ended).to.be.oneOf([134, 'SIGABRT']);
    await isLeftOutAndRemoved(/bad was the one that had grown most when \d+ % of the \d+ MB for objects were in use/);
  });

  it('by a signal to itself is gone with the process; left out, the portal runs and it is removed', async () => {
    await installed(doing(`process.kill(process.pid, 'SIGKILL');`));
    expect(await ask('/bad/do')).to.equal(undefined);
    expect(await own.portal?.ended).to.equal('SIGKILL');
    await isLeftOutAndRemoved(/active/);
  });

  it('asks for the end of the process in vain, and is named', async () => {
    await installed(doing('setTimeout(() => process.exit(3), 1);'));
    expect(await ask('/bad/do')).to.equal('done');
    expect([await ask('/bad'), await ask('/neighbour')]).to.deep.equal(['well', '1.0.0']);
    await eventually(() => own.portal?.log.includes('wanted to end the process') === true, 'what it wanted is logged', 10);
    const line = own.portal?.log.split('\n').find((each) => each.includes('A module wanted to end the process; it goes on.'));
    expect(JSON.parse(line ?? '{}')).to.include({ module: id });
    const { out } = await portico(own.home, 'modules', 'list', '--json');
    const listed = (JSON.parse(out) as { id: string; activity: { errors: number } }[]).find((each) => each.id === id);
    expect(listed?.activity.errors).to.be.greaterThan(0);
  });

  it('twice is left out in that version; the next one runs, and the portal is whole again', async () => {
    await installed(doing('for (;;);'));
    for (const _ of ['once', 'twice']) {
      expect(await ask('/bad/do')).to.equal(undefined);
      expect(await own.portal?.ended).to.equal(70);
      await start();
    }
    const readiness = async (): Promise<unknown> => (await fetch(`${own.portal?.url}/health/ready`)).json();
    expect([await ask('/bad'), await readiness()]).to.deep.equal(['503', { status: 'degraded' }]);
    expect(await why()).to.match(/Left out: it ended the portal twice in a row soon after the start\./);
    const sound = await own.modules.pack({ id, version: '1.1.0', files: { 'module.js': answering(id, 'sound') } });
    const { code, out } = await portico(own.home, 'modules', 'update', sound);
    expect(code, out).to.equal(0);
    expect([await ask('/bad'), await readiness()]).to.deep.equal(['sound', { status: 'ready' }]);
    own.portal?.kill('SIGTERM');
    await own.portal?.ended;
    await start();
    expect([await ask('/bad'), await readiness()]).to.deep.equal(['sound', { status: 'ready' }]);
  });

  it('by a loop as it starts was never installed: the log names its file, and the next start has none of it', async () => {
    const loops = `import * as core from '@portico/core';
class Run { onStart() { for (;;); } }
core.injectable()(Run);
export default core.defineModule(({ run }) => run(Run));`;
    const { code } = await portico(own.home, 'modules', 'install', await own.modules.pack({ id, files: { 'module.js': loops } }));
    expect(code).to.equal(1);
    expect(await own.portal?.ended).to.equal(70);
    expect(own.portal?.log).to.match(/The portal ends itself: .*, in onStart \(.*\/modules\/bad\/1\.0\.0-\w+\/module\.js:2\)/);
    const ending = own.portal?.log.split('\n').find((line) => line.includes('The portal ends itself: '));
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
    const file = await own.modules.pack({ id, files: { 'module.js': loops } });
    const dropped = join(own.home, 'deploy', 'bad.tgz');
    copyFileSync(file, dropped);
    expect(await own.portal?.ended).to.equal(70);
    for (const which of ['the next', 'the one after']) {
      if (which === 'the one after') own.portal?.kill('SIGTERM');
      await own.portal?.ended;
      rmSync(`${dropped}.error.txt`, { force: true });
      await start();
      await eventually(() => existsSync(`${dropped}.error.txt`), 'the reason lies beside it', 60);
      expect(readFileSync(`${dropped}.error.txt`, 'utf8')).to.match(
        /^The portal ended while this package was being installed\.\n\n.*To try it again, put it here anew while the portal runs\.\n$/,
      );
      expect([await ask('/bad'), await ask('/neighbour')], which).to.deep.equal(['404', '1.0.0']);
    }
    copyFileSync(file, dropped);
    expect(await own.portal?.ended, 'it was tried again').to.equal(70);
    await start();
    copyFileSync(await own.modules.pack({ id }), dropped);
    await eventually(() => !existsSync(`${dropped}.error.txt`), 'no reason lies beside it', 60);
    expect([await ask('/bad'), existsSync(`${dropped}.error.txt`)]).to.deep.equal(['1.0.0', false]);
  });

  it('by a loop as its next version starts runs in the version before', async () => {
    await installed({ id, files: { 'module.js': answering(id, 'well') } });
    const next = `import * as core from '@portico/core';
class Run { onStart() { for (;;); } }
core.injectable()(Run);
export default core.defineModule(({ run }) => run(Run));`;
    const file = await own.modules.pack({ id, version: '1.1.0', files: { 'module.js': next } });
    for (const time of ['once', 'twice']) {
      expect((await portico(own.home, 'modules', 'update', file)).code).to.equal(1);
      expect(await own.portal?.ended).to.equal(70);
      await start();
      expect([await ask('/bad'), await ask('/neighbour')], time).to.deep.equal(['well', '1.0.0']);
    }
    expect((await portico(own.home, 'modules', 'list')).out).to.match(/bad 1\.0\.0|bad\s+1\.0\.0/);
  });
});
