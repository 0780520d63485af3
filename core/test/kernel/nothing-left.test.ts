import { expect } from 'chai';
import { Emitter, Modules } from '../../api/index.js';
import { currentModule } from '../../kernel/index.js';
import { startTestPortal, type TestPortal } from '../../testing/index.js';

/** Timers that the work of modules has made and neither cleared nor seen fire, with the module. */
class LivingTimers {
  private readonly living = new Map<unknown, string>();
  private readonly real = { setTimeout, setInterval, clearTimeout, clearInterval };

  watch(): void {
    const { real, living } = this;
    const made = (timer: unknown): void => {
      const module = currentModule();
      if (module) living.set(timer, module);
    };
    const cleared = (clear: (timer: never) => void) => (timer: unknown) => {
      living.delete(timer);
      clear(timer as never);
    };
    const patched = {
      setTimeout: Object.assign((work: (...args: unknown[]) => void, millis?: number, ...args: unknown[]) => {
        const timer: unknown = real.setTimeout(() => {
          living.delete(timer);
          work(...args);
        }, millis);
        made(timer);
        return timer;
      }, real.setTimeout),
      setInterval: (work: (...args: unknown[]) => void, millis?: number, ...args: unknown[]) => {
        const timer = real.setInterval(work, millis, ...args);
        made(timer);
        return timer;
      },
      clearTimeout: cleared(real.clearTimeout),
      clearInterval: cleared(real.clearInterval),
    };
    Object.assign(globalThis, patched);
  }

  of(module: string): number {
    return [...this.living.values()].filter((each) => each === module).length;
  }

  restore(): void {
    Object.assign(globalThis, this.real);
  }
}

describe('a module that has stopped', () => {
  const timers = new LivingTimers();
  const atFirst = Emitter.livingListeners;
  let portal: TestPortal;

  before(async function () {
    this.timeout(60_000);
    timers.watch();
    portal = await startTestPortal({ flags: { 'LPD-10793': true }, config: { modules: { 'ai-sandbox': { enabled: true } } } });
    await portal.modules.enable('openfeature');
  });
  after(async () => {
    await portal?.stop();
    timers.restore();
  });

  /** Some listen until all modules that start together are there, which is told in the next turns. */
  async function settled(): Promise<object> {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return { ...portal.stats(), listeners: Emitter.livingListeners };
  }

  it('leaves no timer, no listener, no service and no contribution', async function () {
    this.timeout(120_000);
    const ids = portal
      .service(Modules)
      .list()
      .map(({ id }) => id);
    expect(ids.length).to.be.greaterThan(8);
    expect(timers.of('identity') + timers.of('ai-creator'), 'timers are seen at all').to.be.greaterThan(2);
    for (const id of ids) {
      const before = await settled();
      for (let turn = 0; turn < 2; turn += 1) {
        await portal.modules.stop(id);
        expect(timers.of(id), id).to.equal(0);
        expect((await portal.modules.start(id)).state, id).to.equal('active');
        expect(await settled(), id).to.deep.equal(before);
      }
    }
    expect(portal.modules.list().filter(({ failure }) => failure !== undefined)).to.deep.equal([]);
  });

  it('and one whose code, views, words and files were taken in ten times, has what it had before', async function () {
    this.timeout(120_000);
    const edited = ['ai-creator', 'documents-media', 'identity'];
    const before = await settled();
    const timersBefore = edited.map((id) => timers.of(id));
    for (let turn = 0; turn < 10; turn += 1) {
      for (const owner of edited) await portal.refresh({ kind: 'code', owner });
      for (const owner of ['core', ...edited])
        for (const kind of ['views', 'messages', 'assets'] as const) await portal.refresh({ kind, owner });
    }
    expect(await settled()).to.deep.equal(before);
    expect(edited.map((id) => timers.of(id))).to.deep.equal(timersBefore);
    expect(portal.modules.list().filter(({ failure }) => failure !== undefined)).to.deep.equal([]);
  });

  it('with all others, and the portal, leaves as many listeners as there were before it began', async () => {
    await portal.stop();
    expect(Emitter.livingListeners).to.equal(atFirst);
  });
});
