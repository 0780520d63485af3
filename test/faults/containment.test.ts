import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModuleActivity, ModuleStatus } from '@portico/core';
import { eventually } from '@portico/core/testing';
import { expect } from 'chai';
import { FixtureModules } from '../support/fixture-modules.js';
import { eachOnItsOwn, hasty, PortalProcess, portico } from '../support/portal-process.js';

type Listed = ModuleStatus & { readonly activity: ModuleActivity };

/** A module with one page, which does what the source says. */
const page = (id: string, source: string): string => `
  class Routes { prefix = '/${id}'; register(router) {
    router.get('/', { access: 'public' }, async (ctx) => { await null; ctx.body = 'done'; ${source} });
    router.get('/well', { access: 'public' }, (ctx) => { ctx.body = 'well'; });
  } }
  export default defineModule(({ contribute }) => contribute(HttpRoutes).to(Routes));`;

/** What the process has written down about who may end it. */
const suspects = (home: string): readonly string[] =>
  readdirSync(home)
    .filter((name) => /^suspect-.*json$/.test(name))
    .map((name) => readFileSync(join(home, name), 'utf8'));

describe('a portal with modules that endanger the process', function () {
  this.timeout(180_000);
  const own = eachOnItsOwn('containment', () => FixtureModules.create());

  const start = async (
    environment: Readonly<Record<string, string>> = {},
    args: readonly string[] = [],
  ): Promise<PortalProcess> => {
    own.portal = await PortalProcess.start(own.home, 'start', { ...own.modules.environment, ...environment }, [], args);
    return own.portal;
  };
  const stop = async (): Promise<void> => {
    own.portal?.kill('SIGTERM');
    expect(await own.portal?.ended).to.equal(0);
  };
  /** A request that ends the process gets no answer. */
  const ask = async (path: string): Promise<number | undefined> =>
    fetch(`${own.portal?.url}${path}`).then(
      ({ status }) => status,
      () => undefined,
    );
  const readiness = async (): Promise<unknown> => (await fetch(`${own.portal?.url}/health/ready`)).json();
  const list = async (): Promise<(id: string) => Listed> => {
    const { out } = await portico(own.home, 'modules', 'list', '--json');
    const all = JSON.parse(out) as Listed[];
    return (id) => all.find((module) => module.id === id) as Listed;
  };
  const listed = async (id: string): Promise<Listed> => (await list())(id);
  const why = async (id: string): Promise<string> => (await portico(own.home, 'modules', 'why', id)).out;
  const logged = (sentence: string): Record<string, unknown>[] =>
    (own.portal?.log ?? '')
      .split('\n')
      .filter((line) => line.includes(sentence))
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('ends itself when a module loops in a timer, names it at the next start, and leaves it out after the second time', async () => {
    await own.modules.write('loops', page('loops', `setTimeout(function spin() { for (;;); }, 1);`));
    await start(hasty);
    expect(await ask('/loops')).to.equal(200);
    expect(await own.portal?.ended).to.equal(70);
    const [end] = logged('The portal ends itself');
    expect(end?.module).to.equal('loops');
    expect(end?.place).to.match(/^spin \(.*\/loops\/module\.js:\d+\)$/);

    await start(hasty);
    const [named] = logged('The last run of the portal was ended by a module.');
    expect(named?.module).to.equal('loops');
    expect(await readiness()).to.deep.equal({ status: 'ready' });
    const sentence =
      /loops held up the event loop for [\d.]+ s, in spin \(.*module\.js:\d+\), \d+ s after the start \(.*\)\. The portal ended itself\./;
    expect(await why('loops')).to.match(sentence);
    expect((await portico(own.home, 'doctor')).out).to.match(sentence);
    expect((await listed('loops')).lastCrash?.message).to.match(sentence);
    await ask('/loops');
    expect(await own.portal?.ended).to.equal(70);

    await start(hasty);
    expect(await ask('/loops')).to.equal(503);
    expect(await readiness()).to.deep.equal({ status: 'degraded' });
    expect(await listed('loops')).to.include({ state: 'resolved', leftOut: 'crashes' });
    expect(await why('loops')).to.match(
      /Left out: it ended the portal twice in a row soon after the start\..*portico modules start loops\./,
    );
    await stop();

    // Nobody has said anything, so it stays out.
    await start();
    expect((await listed('loops')).leftOut).to.equal('crashes');
    expect((await portico(own.home, 'modules', 'start', 'loops')).code).to.equal(0);
    expect(await ask('/loops/well')).to.equal(200);
    await stop();
    await start();
    expect(await ask('/loops/well')).to.equal(200);
    expect(await readiness()).to.deep.equal({ status: 'ready' });
  });

  it('ends itself also when nobody reads its log, and tells how long it ran whatever the clock of the machine says', async () => {
    await own.modules.write('loops', page('loops', `setTimeout(function spin() { for (;;); }, 1);`));
    const ahead = 'data:text/javascript,const now = Date.now; Date.now = () => now() + 36e5;';
    await start({ ...hasty, NODE_OPTIONS: `--import "${ahead}"` });
    expect(await ask('/loops/well')).to.equal(200);
    own.portal?.closeLog();
    expect(await ask('/loops')).to.equal(200);
    expect(await own.portal?.ended).to.equal(70);
    await start();
    expect(await why('loops')).to.match(/in spin \(.*module\.js:\d+\), \d+ s after the start \(.*\)\. The portal ended itself\./);
  });

  it('opens at the third start by itself when a module loops while it is loaded', async () => {
    await own.modules.write('loops-loading', 'for (;;); export default defineModule(() => {});');
    for (const _ of [1, 2]) {
      const failure = await start(hasty).catch((error: Error) => error.message);
      expect(failure).to.match(/ended with 70 before it was ready[\s\S]*the code of loops-loading held up the event loop/);
    }
    await start(hasty);
    expect(await listed('loops-loading')).to.include({ state: 'resolved', leftOut: 'crashes' });
    expect(await ask('/web/home')).to.equal(200);
  });

  it('says whose code held it up when somebody else ends it meanwhile', async () => {
    await own.modules.write('loops', page('loops', 'for (;;);'));
    await start({ PORTICO_LONG_TURN_MILLIS: '200', PORTICO_END_BLOCKED_MILLIS: '0' });
    const answer = ask('/loops');
    await eventually(() => suspects(own.home).some((file) => file.includes('loops')), 'it is written down whose code it is', 10);
    own.portal?.kill('SIGKILL');
    expect(await answer).to.equal(undefined);
    await own.portal?.ended;
    await start();
    expect((await listed('loops')).lastCrash?.message).to.match(/^loops held up the event loop .* Then the process was gone\.$/);
  });

  it('names a long turn that ends, in the log and with the module', async () => {
    await own.modules.write('lingers', page('lingers', 'const end = Date.now() + 1000; while (Date.now() < end);'));
    await start(hasty);
    expect(await ask('/lingers')).to.equal(200);
    const turns = (): Record<string, unknown>[] =>
      logged('A turn of the event loop').filter(({ place }) => String(place).includes('lingers/module.js'));
    await eventually(() => turns().length > 0, 'the turn is logged', 10);
    expect(turns().map(({ module }) => module)).to.deep.equal(['lingers']);
    const { longTurns, longestTurnMillis } = (await listed('lingers')).activity;
    expect(longTurns).to.be.at.least(1);
    expect(longestTurnMillis).to.be.at.least(500);
    expect(suspects(own.home).filter((file) => file.includes('lingers'))).to.deep.equal([]);
  });

  it('lives on when modules throw in timers, reject, emit errors that nobody hears, end the process, and never answer', async () => {
    await own.modules.write(
      'throws',
      page(
        'throws',
        `let left = 12; const timer = setInterval(() => { left -= 1; if (left === 0) clearInterval(timer); throw new Error('late'); }, 1);`,
      ),
    );
    await own.modules.write('rejects', page('rejects', `void Promise.reject(new Error('unwanted'));`));
    await own.modules.write(
      'emits',
      page('emits', `setTimeout(() => new EventEmitter().emit('error', new Error('unheard')), 1);`).replace(
        'class',
        `import { EventEmitter } from 'node:events';\nclass`,
      ),
    );
    await own.modules.write(
      'connects',
      page('connects', `connect(1, '127.0.0.1');`).replace('class', `import { connect } from 'node:net';\nclass`),
    );
    await own.modules.write('exits', page('exits', `setTimeout(() => process.exit(3), 1);`));
    await own.modules.write('never-answers', page('never-answers', 'await new Promise(() => {});'));
    await start();
    for (const id of ['throws', 'rejects', 'emits', 'connects', 'exits']) expect(await ask(`/${id}`), id).to.equal(200);
    const endless = new AbortController();
    const hanging = fetch(`${own.portal?.url}/never-answers`, { signal: endless.signal }).catch(() => 'left');
    await eventually(
      () => logged('again and again').length > 0 && logged('wanted to end the process').length > 0,
      'what they do is logged',
      10,
    );
    const complaints = logged('Nobody caught an error.').map(({ module, error }) => [module, (error as Error).message]);
    expect(complaints).to.deep.include.members([
      ['throws', 'late'],
      ['rejects', 'unwanted'],
      ['emits', 'unheard'],
      ['connects', 'connect ECONNREFUSED 127.0.0.1:1'],
    ]);
    expect(complaints.filter(([module]) => module === 'throws')).to.have.length(1);
    expect(logged('A module wanted to end the process; it goes on.').map(({ module }) => module)).to.deep.equal(['exits']);
    for (const id of ['throws', 'rejects', 'emits', 'connects', 'exits', 'never-answers'])
      expect(await ask(`/${id}/well`), id).to.equal(200);
    const of = await list();
    expect(of('throws').activity).to.deep.include({ errors: 12, lastError: 'late' });
    for (const id of ['rejects', 'emits', 'connects']) expect(of(id).activity.errors, id).to.equal(1);
    expect(of('never-answers').activity.openRequests).to.equal(1);
    const headers = { ...(await own.portal?.signIn()), Accept: 'text/html' };
    expect(await (await fetch(`${own.portal?.url}/configuration/modules/emits`, { headers })).text()).to.contain('unheard');
    endless.abort();
    expect(await hanging).to.equal('left');
  });

  it('says after the end whose objects filled the memory', async () => {
    const leak = `const kept = []; setInterval(() => kept.push(Array.from({ length: 20_000 }, (_, index) => ({ index, text: [index] }))), 20);`;
    await own.modules.write('leaks', page('leaks', leak));
    await start({ NODE_OPTIONS: '--max-old-space-size=160', PORTICO_LONG_TURN_MILLIS: '200' });
    await ask('/leaks');
    expect(await own.portal?.ended).to.be.oneOf([134, 'SIGABRT']);
    expect(logged('The memory for objects is nearly full.')[0]?.module).to.equal('leaks');
    await start();
    const { lastCrash, activity } = await listed('leaks');
    expect(lastCrash?.message).to.match(
      /^leaks was the one that had grown most when \d+ % of the \d+ MB for objects were in use, of which its code has allocated about \d+ MB/,
    );
    expect(activity.memory?.bytes).to.be.below(20e6);
  });

  it('starts in safe mode with its own modules alone, and says so', async () => {
    await own.modules.write('of-others', 'globalThis.loaded = true; export default defineModule(() => {});');
    await own.modules.write('broken', 'process.kill(process.pid, "SIGKILL"); export default defineModule(() => {});', {
      onFailure: 'stop-portal',
    });
    await start({}, ['--safe-mode']);
    expect(await readiness()).to.deep.equal({ status: 'degraded' });
    expect(logged('The portal runs in safe mode').map(({ level }) => level)).to.deep.equal([40]);
    const of = await list();
    expect(of('of-others')).to.include({ state: 'resolved', leftOut: 'safe-mode' });
    expect(of('broken')).to.include({ state: 'resolved', leftOut: 'safe-mode' });
    expect((await portico(own.home, 'modules', 'list')).out).to.match(
      /^The portal runs in safe mode: with its own modules alone\.\n/,
    );
    const headers = { ...(await own.portal?.signIn()), Accept: 'text/html' };
    const text = await (await fetch(`${own.portal?.url}/web/home`, { headers })).text();
    expect(text).to.match(/The portal runs in safe mode\.[\s\S]*These 2 modules are left out: Broken and Of others\./);
    expect(await (await fetch(`${own.portal?.url}/web/home`)).text()).not.to.contain('safe mode');
    expect((await portico(own.home, 'modules', 'start', 'of-others')).out).to.equal('of-others 1.0.0 is active.\n');
    await stop();
    await start({ PORTICO_SAFE_MODE: 'Yes' });
    expect((await listed('of-others')).leftOut).to.equal('safe-mode');
  });

  it('starts without modules that an operator names, and refuses names that it does not know', async () => {
    for (const id of ['first', 'second', 'third']) await own.modules.write(id, 'export default defineModule(() => {});');
    await start({ PORTICO_WITHOUT: 'third' }, ['--without', 'first', '--without=second']);
    const of = await list();
    for (const id of ['first', 'second', 'third']) expect(of(id)).to.include({ state: 'resolved', leftOut: 'without' });
    expect(await readiness()).to.deep.equal({ status: 'degraded' });
    await stop();
    const refusal = async (args: readonly string[]): Promise<string> =>
      start({}, args).then(
        () => '',
        (error: Error) => error.message,
      );
    expect(await refusal(['--without', 'frist'])).to.contain(
      'There is no module frist to be left out (--without, PORTICO_WITHOUT). Did you mean first?',
    );
    expect(await refusal(['--without', 'identity'])).to.contain('The portal does not open without the module identity');
    expect(await refusal(['--without'])).to.contain(
      'portico start takes --safe-mode and --without <id>, but was given --without.',
    );
  });
});
