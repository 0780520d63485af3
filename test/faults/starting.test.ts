import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@portico/core/testing';
import { expect } from 'chai';
import { FixtureModules } from '../support/fixture-modules.js';
import { eachOnItsOwn, PortalProcess, portico } from '../support/portal-process.js';

describe('a portal that starts', function () {
  this.timeout(120_000);
  const own = eachOnItsOwn('starting', () => FixtureModules.create());

  it('stands although modules reject and throw while they start, and names each', async () => {
    await own.modules.write(
      'rejects-loading',
      `Promise.reject(new Error('nobody waits')); export default defineModule(() => {});`,
    );
    await own.modules.write(
      'throws-later',
      `class Late { onStart() { setImmediate(() => { throw new Error('too late'); }); } }
       export default defineModule(({ run }) => run(Late));`,
    );
    own.portal = await PortalProcess.start(own.home, 'start', own.modules.environment);
    expect((await fetch(`${own.portal.url}/health/ready`)).status).to.equal(200);
    const complaints = own.portal.log
      .split('\n')
      .filter((line) => line.includes('Nobody caught an error.'))
      .map((line) => JSON.parse(line) as { module: string; event: string; error: { message: string } });
    expect(complaints.map(({ module, event, error }) => [module, event, error.message])).to.have.deep.members([
      ['rejects-loading', 'unhandledRejection', 'nobody waits'],
      ['throws-later', 'uncaughtException', 'too late'],
    ]);
  });

  it('opens without modules that hang, names them, and ends in time all the same', async () => {
    const never = 'await new Promise(() => {});';
    await own.modules.write('hangs-loading', `${never} export default defineModule(() => {});`);
    const folder = await own.modules.write('hangs-reading', 'export default defineModule(() => {});', {
      entities: './entities.js',
    });
    writeFileSync(join(folder, 'entities.js'), `${never} export default [];`);
    await own.modules.write(
      'hangs-starting',
      `class Sleeper { onStart() { return new Promise(() => {}); } }
       export default defineModule(({ run }) => run(Sleeper));`,
    );
    own.portal = await PortalProcess.start(own.home, 'start', { ...own.modules.environment, PORTICO_LOG_LEVEL: 'warn' });
    expect((await fetch(`${own.portal.url}/health/ready`)).status).to.equal(200);
    expect((await fetch(`${own.portal.url}/web/home`)).status).to.equal(200);
    await own.portal.signIn();
    const late = own.portal.log.split('\n').filter((line) => line.includes('the portal opens without it'));
    expect(
      late
        .map((line) => JSON.parse(line) as object)
        .map(({ module, step }: { module?: string; step?: string }) => [module, step]),
    ).to.have.deep.members([
      ['hangs-loading', 'import'],
      ['hangs-starting', 'start'],
    ]);
    const why = await portico(own.home, 'modules', 'why', 'hangs-loading');
    expect(why).to.deep.equal({
      code: 1,
      out: 'hangs-loading 1.0.0 is starting.\n  It is being started (import).\n',
    });
    expect((await portico(own.home, 'modules', 'why', 'hangs-reading')).out).to.include(
      'The entities or migrations of hangs-reading cannot be read: loading them does not come to an end.',
    );
    own.portal.kill('SIGTERM');
    expect(await own.portal.ended).to.equal(0);
  });

  it('waits for slow storage, as long as what it reads cannot be done without', async () => {
    const folder = await own.modules.write('slow-reading', 'export default defineModule(() => {});', {
      entities: './entities.js',
      onFailure: 'stop-portal',
    });
    writeFileSync(join(folder, 'entities.js'), 'await new Promise((resolve) => setTimeout(resolve, 5000)); export default [];');
    own.portal = await PortalProcess.start(own.home, 'start', own.modules.environment);
    expect((await portico(own.home, 'modules', 'why', 'slow-reading')).out).to.equal('slow-reading 1.0.0 is active.\n');
  });

  it('stands although checks of the deployment hang and fail, and shows what the others find', async () => {
    await own.modules.write(
      'checks',
      `class Hangs { title = 'This one hangs.'; about = 'deployment'; run() { return new Promise(() => {}); } }
       class Throws { title = 'This one throws.'; about = 'deployment'; run() { throw new Error('no check'); } }
       class Rejects { title = 'This one rejects.'; async run() { throw new Error('no data'); } }
       export default defineModule(({ contribute }) => {
         for (const Check of [Hangs, Throws, Rejects]) contribute(core.IntegrityChecks).to(Check);
       });`,
    );
    own.portal = await PortalProcess.start(own.home, 'start', { ...own.modules.environment, PORTICO_NOBODY_KNOWS: 'this' });
    const headers = await own.portal.signIn();
    const page = await fetch(`${own.portal.url}/configuration/diagnostics`, { headers: { ...headers, Accept: 'text/html' } });
    const text = await page.text();
    expect(page.status).to.equal(200);
    const failed = ['This one hangs.', 'This one throws.'].map((title) => `The check “${title}” of the module checks failed;`);
    for (const sentence of ['PORTICO_NOBODY_KNOWS', ...failed]) expect(text).to.contain(sentence);
    const doctor = await portico(own.home, 'doctor');
    expect(doctor.code).to.equal(1);
    expect(doctor.out).to.contain('error: The check “This one rejects.” of the module checks failed; the log says why.');
    const logged = own.portal.log.split('\n').filter((line) => line.includes('A check failed.'));
    expect(logged.map((line) => (JSON.parse(line) as { module: string }).module)).to.include('checks');
  });

  it('keeps the addresses of identity for identity, and refuses by name whoever wants them', async () => {
    const routes = (prefix: string): string => `
      class Routes { prefix = '${prefix}'; register(router) {
        router.get('/', { access: 'public' }, (ctx) => { ctx.body = 'stolen'; });
        router.post('/', { access: 'public' }, (ctx) => { ctx.body = 'stolen'; });
      } }
      export default defineModule(({ contribute }) => contribute(HttpRoutes).to(Routes));`;
    await own.modules.write('a-thief', routes('/sign-in'));
    await own.modules.write('sign-in', routes('/sign-in'), { routes: ['/sign-in', '/account'] });
    await own.modules.write('people-thief', routes('/identity'));
    own.portal = await PortalProcess.start(own.home, 'start', own.modules.environment);
    const headers = await own.portal.signIn();
    expect((await fetch(`${own.portal.url}/account`, { headers: { ...headers, Accept: 'text/html' } })).status).to.equal(200);
    expect((await fetch(`${own.portal.url}/identity/users`, { headers })).status).to.equal(200);
    for (const [id, prefix] of [
      ['a-thief', '/sign-in'],
      ['sign-in', '/sign-in'],
      ['people-thief', '/identity'],
    ] as const)
      expect((await portico(own.home, 'modules', 'why', id)).out).to.include(
        `${prefix} of module ${id} belongs to module identity already.`,
      );
    expect(await portico(own.home, 'modules', 'disable', 'identity')).to.deep.equal({
      code: 1,
      out: 'The portal does not open without the module identity, so it cannot be disabled. It can be stopped until the next start.\n',
    });
    await own.portal.signIn();
  });

  it('says more at the level debug: each step of a start, and each command', async () => {
    own.portal = await PortalProcess.start(own.home, 'start', { PORTICO_LOG_LEVEL: 'debug' });
    await portico(own.home, 'flags', 'list');
    const lines = own.portal.log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: number; module: string; step?: string; command?: string })
      .filter(({ level }) => level === 20);
    const steps = lines.filter(({ module, step }) => module === 'sites' && step !== undefined).map(({ step }) => step);
    expect([...new Set(steps)]).to.deep.equal(['import', 'prepare', 'setup', 'create', 'start']);
    expect(lines.map(({ command }) => command)).to.include('flags list');
  });

  it('prints the address that people use, and where it listens', async () => {
    own.portal = await PortalProcess.start(own.home, 'start', { PORTICO_PUBLIC_URL: 'https://Portal.example.org/' });
    expect(own.portal.said.trimEnd().split('\n').at(-1)).to.equal(
      `Portico is ready at https://portal.example.org (listening at ${own.portal.url})`,
    );
  });

  it('reads its flags file again when it is sent SIGHUP, and goes on', async () => {
    const file = join(own.home, 'flags.json');
    const config = { 'acme.hup': { title: 'Hup', enabled: false } };
    writeFileSync(file, JSON.stringify({ flags: config }));
    own.portal = await PortalProcess.start(own.home);
    own.portal.kill('SIGHUP');
    await eventually(() => own.portal?.log.includes('"signal":"SIGHUP"') === true, 'the portal has heard of it', 20);
    expect((await fetch(`${own.portal.url}/health/ready`)).status).to.equal(200);
    expect(await portico(own.home, 'doctor')).to.have.property('code', 0);
    own.portal.kill('SIGTERM');
    expect(await own.portal.ended).to.equal(0);
  });
});
