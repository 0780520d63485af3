import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { extensionPoint, serviceToken } from '../../api/index.js';
import { TestPortal } from './test-portal.js';

/** Of each start: what it holds, so that a collected start can be told from one that is kept. */
const remember = `globalThis.porticoStarts.push(new WeakRef(this));`;

describe('a portal whose modules start and stop a hundred times', () => {
  let portal: TestPortal;
  const starts: WeakRef<object>[] = [];

  before(() => void Object.assign(globalThis, { porticoStarts: starts }));
  after(() => void Reflect.deleteProperty(globalThis, 'porticoStarts'));

  beforeEach(async () => {
    starts.length = 0;
    portal = await TestPortal.build({ limits: { startMillis: 2000, stopMillis: 2000, gateMillis: 50 } });
    portal.kernel.host(extensionPoint('portal.lines', { conditional: true }));
    await portal.write(
      { id: 'base', provides: { 'base.store': '1.0.0' }, hosts: { 'base.kinds': '1.0.0' } },
      `host(extensionPoint('base.kinds')); provide(serviceToken('base.store')).to(Store); contribute(extensionPoint('portal.lines', { conditional: true })).value('base');`,
      `const Store = parts(class Store {
         constructor(kinds) { ${remember} this.kinds = kinds; this.timer = setInterval(() => {}, 1000); kinds.onDidChange(() => {}); }
         count() { return this.kinds.all().length; }
         dispose() { clearInterval(this.timer); }
       }, contributions(extensionPoint('base.kinds')));`,
    );
    await portal.write(
      {
        id: 'middle',
        requires: { 'base.store': '^1.0.0' },
        optional: { 'base.kinds': '^1.0.0' },
        provides: { 'middle.view': '1.0.0' },
      },
      `provide(serviceToken('middle.view')).to(View); contribute(extensionPoint('base.kinds')).to(View); run(View);`,
      `const View = parts(class View {
         constructor(store, modules) { ${remember} this.store = store; this.modules = modules; }
         onStart() { this.listening = this.modules.onDidChange(() => {}); }
         onStop() { this.listening.dispose(); }
       }, serviceToken('base.store'), core.Modules);`,
    );
    await portal.write(
      { id: 'leaf', requires: { 'middle.view': '^1.0.0' }, optional: { 'base.store': '^1.0.0' } },
      `run(Leaf); contribute(extensionPoint('portal.lines', { conditional: true })).value('leaf', { when: { flag: 'F-1' } });`,
      `const Leaf = parts(class Leaf { constructor(view, store) { ${remember} this.view = view; this.store = store; } onStart() {} },
         serviceToken('middle.view'), optional(serviceToken('base.store')));`,
    );
    await portal.boot();
  });
  afterEach(() => portal.close());

  it('answers requests as its states allow, and leaves nothing behind', async () => {
    const { kernel } = portal;
    await new Promise((resolve) => setImmediate(resolve)); // mocha's own timer is there by then
    const before = { stats: kernel.stats(), timers: timers() };
    const answers = { entered: 0, unavailable: 0, absent: 0 };
    let done = false;
    const visitor = async (id: string): Promise<void> => {
      while (!done) {
        const entrance = await kernel.enter(id);
        answers[entrance.kind] += 1;
        await new Promise((resolve) => setImmediate(resolve));
        if (entrance.kind === 'entered') entrance.leave();
      }
    };
    const visitors = ['base', 'middle', 'leaf', 'leaf'].map(visitor);
    for (let round = 0; round < 100; round += 1) {
      const id = ['base', 'middle', 'leaf'][round % 3] as string;
      const [off, on] = round % 5 === 4 ? (['disable', 'enable'] as const) : (['stop', 'start'] as const);
      expect((await kernel[off](id)).failure).to.equal(undefined);
      await new Promise((resolve) => setImmediate(resolve));
      expect((await kernel[on](id)).state).to.equal('active');
    }
    done = true;
    await Promise.all(visitors);

    expect(portal.states()).to.deep.equal({ base: 'active', leaf: 'active', middle: 'active' });
    expect(kernel.stats()).to.deep.equal(before.stats);
    expect(timers()).to.equal(before.timers);
    expect(kernel.handle(serviceToken<{ count(): number }>('base.store')).get()?.count()).to.equal(1);
    expect(answers.entered).to.be.above(100);
    expect(answers.unavailable).to.be.above(0);
    expect(answers.absent).to.be.above(0);
    expect(portal.logged.filter(({ level }) => level === 'error' || level === 'warn')).to.deep.equal([]);

    await kernel.shutdown();
    expect(kernel.stats()).to.include({ contributions: 0, listeners: 0, held: 0 });
    expect(timers()).to.equal(before.timers - 1);
  });

  it('lets go of every start that is over', async () => {
    for (let round = 0; round < 20; round += 1) {
      await portal.kernel.stop('base');
      await portal.kernel.start('base');
    }
    expect(starts).to.have.length(63);
    let alive = starts.length;
    for (let attempt = 0; attempt < 20 && alive > 3; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      collectGarbage();
      alive = starts.filter((start) => start.deref() !== undefined).length;
    }
    expect(alive).to.equal(3);
  });
});

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}
