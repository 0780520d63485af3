import { expect } from 'chai';
import { HttpRoutes } from '../../api/index.js';
import { TestPortal } from '../kernel/test-portal.js';
import { eventually, startHost, type TestHost } from './test-host.js';

const notes = (prefix: string): string => `
  contribute(core.HttpRoutes).value({ prefix: '${prefix}', register(router) {
    const start = (globalThis.porticoNotesStarts = (globalThis.porticoNotesStarts ?? 0) + 1);
    router.get('/', { access: 'public' }, (ctx) => { ctx.body = 'start ' + start; });
    router.get('/slow', { access: 'public' }, async (ctx) => {
      await new Promise((resolve) => { globalThis.porticoFinish = resolve; });
      ctx.body = 'slow';
    });
  } });`;

describe('The host in front of a real kernel', () => {
  let portal: TestPortal;
  let host: TestHost;
  const globals = globalThis as { porticoFinish?: () => void; porticoNotesStarts?: number };

  beforeEach(async () => {
    portal = await TestPortal.build({ limits: { startMillis: 2000, stopMillis: 2000, gateMillis: 2000 } });
    const routes = portal.kernel.host(HttpRoutes);
    await portal.write({ id: 'notes' }, notes('/notes'));
    await portal.write({ id: 'thief' }, notes('/notes/more'));
    await portal.write(
      { id: 'broken' },
      `contribute(core.HttpRoutes).value({ prefix: '/broken', register(router) { router.get('/'); } });`,
    );
    await portal.boot();
    host = await startHost({}, { routes, gate: portal.kernel });
  });
  afterEach(async () => {
    await host.close();
    await portal.close();
    delete globals.porticoFinish;
    delete globals.porticoNotesStarts;
  });

  it('stops a module after its running requests, and serves its next start', async () => {
    await portal.kernel.stop('thief');
    const running = host.get('/notes/slow').then(({ text }) => text);
    await eventually(() => globals.porticoFinish !== undefined);
    const stopped = portal.kernel.stop('notes');
    globals.porticoFinish?.();
    expect(await running).to.equal('slow');
    expect((await stopped).state).to.equal('resolved');
    const starting = portal.kernel.start('notes');
    expect((await host.get('/notes')).status).to.equal(200);
    await starting;
  });

  it('says 503 of a stopped module, 404 of a disabled one', async () => {
    await portal.kernel.stop('thief');
    await portal.kernel.stop('notes');
    const { status, headers } = await host.get('/notes');
    expect(status).to.equal(503);
    expect(Number(headers['retry-after'])).to.be.greaterThan(0);
    await portal.kernel.disable('notes');
    expect((await host.get('/notes')).status).to.equal(404);
    await portal.kernel.enable('notes');
    expect((await host.get('/notes')).status).to.equal(200);
  });

  it('names refused routes in the status of their module, whose state stays active', () => {
    for (const [id, code] of [
      ['broken', 'does not declare'],
      ['thief', 'belongs to module notes'],
    ] as const) {
      const status = portal.kernel.status(id);
      expect(status?.state, id).to.equal('active');
      expect(JSON.stringify(status), id).to.contain(code);
    }
  });

  it('gives a segment to the next module when its first one leaves', async () => {
    expect((await host.get('/notes/more')).status).to.equal(404);
    await portal.kernel.stop('notes');
    expect((await host.get('/notes/more')).status).to.equal(200);
    await portal.kernel.start('notes');
    expect((await host.get('/notes')).status).to.equal(200);
    expect((await host.get('/notes/more')).status).to.equal(404);
  });
});
