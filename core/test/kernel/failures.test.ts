import { expect } from 'chai';
import { extensionPoint, PortalError } from '../../api/index.js';
import type { Preparation } from '../../kernel/index.js';
import { TestPortal } from './test-portal.js';

const Lines = extensionPoint<string>('portal.lines');

/** A module that does what the test decides at each step of its life. */
const moody = {
  setup: `behave('setup'); contribute(extensionPoint('portal.lines')).to(Line); run(Life);`,
  before: `
    const behaviours = globalThis.porticoBehaviours;
    const behave = (step) => behaviours.get(step)?.();
    behave('import');
    class Line { constructor() { behave('constructor'); } dispose() { return behave('dispose'); } }
    class Life { onStart() { return behave('onStart'); } onStop() { return behave('onStop'); } }
  `,
} as const;

const never = (): Promise<void> => new Promise(() => {});
const fail = (): never => {
  throw new Error('no luck');
};

describe('a module that fails', () => {
  let portal: TestPortal;
  const prepared: string[] = [];
  const prepare: Preparation = async ({ id }) => {
    if (id === 'moody') portal.behaviours.get('prepare')?.();
    prepared.push(id);
    return { dispose: () => void prepared.splice(prepared.indexOf(id), 1) };
  };

  beforeEach(async () => {
    prepared.length = 0;
    portal = await TestPortal.build({ prepare: [prepare] });
    Object.assign(globalThis, { porticoBehaviours: portal.behaviours });
    portal.kernel.host(Lines);
    await portal.write({ id: 'moody' }, moody.setup, moody.before);
    await portal.write({ id: 'neighbour' });
  });
  afterEach(async () => {
    portal.behaviours.clear();
    await portal.close();
    expect(prepared).to.deep.equal([]);
    Reflect.deleteProperty(globalThis, 'porticoBehaviours');
  });

  const steps = [
    ['import', 'import', 'no luck'],
    ['prepare', 'prepare', 'no luck'],
    ['setup', 'setup', 'no luck'],
    ['constructor', 'create', 'no luck'],
    ['onStart', 'start', 'no luck'],
  ] as const;
  for (const [step, phase, message] of steps)
    it(`in ${step} is named with phase and message, leaves nothing, and leaves its neighbours alone`, async () => {
      portal.behaviours.set(step, fail);
      await portal.boot();
      expect(portal.states()).to.deep.equal({ moody: 'failed', neighbour: 'active' });
      const status = portal.kernel.status('moody');
      expect(status?.failure?.phase).to.equal(phase);
      expect(status?.failure?.message).to.contain(message);
      expect(status?.reasons).to.deep.equal([`Failed in ${phase}: ${status?.failure?.message}`]);
      expect(prepared).to.deep.equal(['neighbour']);
      expect(portal.kernel.stats().contributions).to.equal(0);
      expect(portal.logged).to.deep.include({ module: 'moody', level: 'error', message: 'The module failed to start.' });
    });

  it('starts when it is told to again and the cause is gone', async () => {
    portal.behaviours.set('onStart', fail);
    await portal.boot();
    portal.behaviours.clear();
    expect((await portal.kernel.start('moody')).state).to.equal('active');
    expect(portal.kernel.status('moody')?.failure).to.equal(undefined);
  });

  it('stays failed when others come and go', async () => {
    portal.behaviours.set('onStart', fail);
    await portal.boot();
    portal.behaviours.clear();
    await portal.kernel.stop('neighbour');
    await portal.kernel.start('neighbour');
    expect(portal.states()).to.deep.equal({ moody: 'failed', neighbour: 'active' });
  });

  it('by never finishing its start is given up after the time limit', async () => {
    portal.behaviours.set('onStart', never);
    await portal.boot();
    expect(portal.kernel.status('moody')?.failure).to.deep.equal({
      phase: 'start',
      message: 'onStart did not finish within 500 ms.',
    });
    expect(portal.states()).to.include({ neighbour: 'active' });
  });

  it('by an asynchronous setup is told so', async () => {
    portal.behaviours.set('setup', () => undefined);
    await portal.write({ id: 'slow' }, 'return Promise.resolve();');
    await portal.boot();
    expect(portal.kernel.status('slow')?.failure).to.deep.equal({
      phase: 'setup',
      message: 'Module slow has a part that answers a promise; it must be synchronous.',
    });
  });

  it('by exporting no module is told so', async () => {
    await portal.writePackage('odd', { portico: { id: 'odd' } }, 'export default 42;');
    await portal.boot();
    expect(portal.kernel.status('odd')?.failure?.message).to.match(/must export defineModule\(\.\.\.\) as its default\.$/);
  });

  for (const [step, phase] of [
    ['onStop', 'stop'],
    ['dispose', 'dispose'],
  ] as const) {
    it(`in ${step} is stopped all the same, and the failure is kept`, async () => {
      await portal.boot();
      portal.behaviours.set(step, fail);
      const status = await portal.kernel.stop('moody');
      expect(status.state).to.equal('resolved');
      expect(status.failure).to.deep.equal({ phase, message: 'no luck' });
      portal.behaviours.clear();
      expect((await portal.kernel.start('moody')).state).to.equal('active');
    });

    it(`by never finishing ${step} is stopped after the time limit`, async () => {
      await portal.boot();
      portal.behaviours.set(step, never);
      const status = await portal.kernel.stop('moody');
      expect(status.state).to.equal('resolved');
      expect(status.failure?.message).to.match(/did not finish within 200 ms\.$/);
    });
  }

  it('keeps the portal shut when the portal cannot do without it', async () => {
    await portal.write({ id: 'keystone', onFailure: 'stop-portal', requires: { 'gone.service': '^1.0.0' } });
    const error = await portal.boot().then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(error).to.be.instanceOf(PortalError);
    expect((error as PortalError).code).to.equal('module-needed');
    expect((error as PortalError).message).to.equal(
      'The portal does not open without the module keystone: Needs gone.service ^1.0.0, which nothing installed offers.',
    );
    expect(portal.states()).to.include({ neighbour: 'resolved' });
  });
});
