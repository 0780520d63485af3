import { AuditLog } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { FixtureModules } from './support/fixture-modules.js';

const ids = Array.from({ length: 9 }, (_, index) => `part-${index + 1}`);

describe('portico modules bisect', function () {
  this.timeout(120_000);
  let modules: FixtureModules;
  let portal: TestPortal;
  before(async () => {
    modules = await FixtureModules.create();
    for (const id of ids) {
      const index = ids.indexOf(id);
      // Every second one lives on the one before it.
      const requires = index % 2 === 1 ? { [`${ids[index - 1]}.service`]: '^1.0.0' } : undefined;
      const source = `
        const Service = core.serviceToken('${id}.service');
        class Routes { prefix = '/${id}'; register(router) { router.get('/', { access: 'public' }, (ctx) => { ctx.body = 'here'; }); } }
        export default defineModule(({ provide, contribute }) => { provide(Service).value({}); contribute(HttpRoutes).to(Routes); });`;
      await modules.write(id, source, { provides: { [`${id}.service`]: '1.0.0' }, ...(requires && { requires }) });
    }
    await modules.write('disabled', 'export default defineModule(() => {});', { enabledByDefault: false });
    portal = await startTestPortal({ config: { modulePaths: modules.paths } });
  });
  after(async () => {
    await portal?.stop();
    await modules.remove();
  });

  const bisect = async (
    ...words: readonly string[]
  ): Promise<{ readonly exitCode: number; readonly out: string; readonly err: string }> =>
    portal.command(['modules', 'bisect', ...words]);
  const states = (): Readonly<Record<string, string>> =>
    Object.fromEntries(portal.modules.list().map(({ id, state }) => [id, state]));
  const isActive = (id: string): boolean => portal.modules.status(id)?.state === 'active';

  it('finds the culprit of nine in four steps, on a portal that runs and over a restart, and leaves all as it was', async () => {
    const culprit = 'part-6';
    const former = states();
    const started = await bisect('start');
    expect(started.out).to.match(
      /^9 modules are under suspicion; 4 steps are left\.\nOn: {2}part-1, part-2, part-3, part-4\nOff: part-5, /,
    );
    expect((await bisect('start')).err).to.contain('A search is under way');
    let steps = 0;
    let out = started.out;
    while (!out.includes('The culprit')) {
      steps += 1;
      // Live: what is off answers so, what is on answers.
      const { on, off } = JSON.parse((await bisect('status', '--json')).out) as { on: string[]; off: string[] };
      for (const id of ids) {
        expect(isActive(id), id).to.equal(on.includes(id));
        expect((await portal.agent().get(`/${id}`)).status, id).to.equal(on.includes(id) ? 200 : 503);
      }
      expect([...on, ...off].sort()).to.deep.equal(ids);
      if (off.includes('part-1')) throw new Error('What has to be there for others went first.');
      if (steps === 2) {
        await portal.stop({ keep: true });
        portal = await startTestPortal({ config: { modulePaths: modules.paths }, home: portal.home });
        for (const id of off) expect(portal.modules.status(id)).to.deep.include({ state: 'resolved', leftOut: 'bisect' });
        for (const id of on) expect(isActive(id), id).to.equal(true);
      }
      ({ out } = await bisect(isActive(culprit) ? 'bad' : 'good'));
    }
    expect(steps).to.be.at.most(4);
    expect(out).to.equal(
      `The culprit is ${culprit}, or none of the modules of others.\nAll modules run as before. To keep it off: portico modules disable ${culprit}.\n`,
    );
    expect(states()).to.deep.equal(former);
    expect((await bisect('good')).err).to.equal('No search is under way; portico modules bisect start begins one.\n');
    const { records } = await portal.service(AuditLog).list({ area: 'modules', subject: 'bisect' });
    expect(records).to.have.length(steps + 1);
    expect(records[0]?.after).to.deep.equal([]);
  });

  it('asks on a terminal, until the culprit is found', async () => {
    const former = states();
    const culprit = 'part-2';
    const asked: string[] = [];
    const { out, exitCode } = await portal.command(['modules', 'bisect'], '', async (question) => {
      asked.push(question);
      return isActive(culprit) ? 'y' : 'n';
    });
    expect([asked.length, new Set(asked)]).to.deep.equal([3, new Set(['Does it still go wrong? [y/N] '])]);
    expect([exitCode, out.split('\n').at(-3)]).to.deep.equal([0, `The culprit is ${culprit}, or none of the modules of others.`]);
    expect(states()).to.deep.equal(former);
  });

  it('is given up at any time, and everything runs as before', async () => {
    const former = states();
    await bisect('start');
    await bisect('bad');
    expect(isActive('part-9')).to.equal(false);
    expect((await bisect('reset')).out).to.equal('The search is over; all modules run as before.\n');
    expect(states()).to.deep.equal(former);
  });

  it('takes in nobody who is left out for another reason, and the portal is whole again when nobody is left out', async () => {
    const readiness = async (): Promise<unknown> => JSON.parse((await portal.agent().get('/health/ready')).text);
    expect(await readiness()).to.deep.equal({ status: 'ready' });
    await bisect('start');
    expect(portal.modules.status('part-9')?.leftOut).to.equal('bisect');
    await portal.stop({ keep: true });
    portal = await startTestPortal({ config: { modulePaths: modules.paths, without: ['part-9'] }, home: portal.home });
    expect(portal.modules.status('part-9')?.leftOut).to.equal('without');
    expect((await bisect('reset')).exitCode).to.equal(0);
    expect(portal.modules.status('part-9')).to.deep.include({ state: 'resolved', leftOut: 'without' });
    expect(portal.modules.status('part-8')?.leftOut).to.equal(undefined);
    expect(await readiness()).to.deep.equal({ status: 'degraded' });

    // Who starts one by hand is not overruled by the next answer, unless it is about that one.
    await portal.modules.start('part-9');
    expect(await readiness()).to.deep.equal({ status: 'ready' });
    await bisect('start');
    expect(portal.modules.status('part-9')?.leftOut).to.equal('bisect');
    await portal.modules.start('part-9');
    expect(isActive('part-9')).to.equal(true);
    await bisect('reset');
    expect(isActive('part-9')).to.equal(true);
    expect(await readiness()).to.deep.equal({ status: 'ready' });
  });
});
