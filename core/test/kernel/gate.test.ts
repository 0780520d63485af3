import { expect } from 'chai';
import { TestPortal } from './test-portal.js';

/** A module whose start and stop last until the test lets them end. */
const slow = {
  setup: 'run(Slow);',
  before: `class Slow { onStart() { return globalThis.porticoPauses?.start; } onStop() { return globalThis.porticoPauses?.stop; } }`,
} as const;

describe('the gate', () => {
  let portal: TestPortal;
  const pauses: { start?: Promise<void>; stop?: Promise<void> } = {};

  beforeEach(async () => {
    portal = await TestPortal.build();
    Object.assign(globalThis, { porticoPauses: pauses });
    await portal.write({ id: 'a', enabledBy: 'F-1' }, slow.setup, slow.before);
    await portal.write({ id: 'broken' }, `throw new Error('no luck');`);
    portal.flags.set('F-1', true);
  });
  afterEach(async () => {
    delete pauses.start;
    delete pauses.stop;
    await portal.close();
    expect(portal.kernel.stats().held).to.equal(0);
    Reflect.deleteProperty(globalThis, 'porticoPauses');
  });

  const kind = async (id: string): Promise<string> => {
    const entrance = await portal.kernel.enter(id);
    if (entrance.kind === 'entered') entrance.leave();
    return entrance.kind;
  };

  function pause(step: 'start' | 'stop'): () => void {
    let go = (): void => {};
    pauses[step] = new Promise((resolve) => {
      go = resolve;
    });
    return go;
  }

  it('lets requests into active modules', async () => {
    await portal.boot();
    expect(await kind('a')).to.equal('entered');
  });

  it('knows nothing of modules that are disabled, switched off by their flag, or unknown', async () => {
    await portal.boot();
    expect(await kind('nobody')).to.equal('absent');
    portal.flags.set('F-1', false);
    await portal.kernel.stop('broken');
    expect(await kind('a')).to.equal('absent');
    portal.flags.set('F-1', true);
    await portal.kernel.disable('a');
    expect(await kind('a')).to.equal('absent');
  });

  it('turns requests away from modules that failed or were stopped, and says when to try again', async () => {
    await portal.boot();
    await portal.kernel.stop('a');
    expect(await portal.kernel.enter('broken')).to.deep.equal({ kind: 'unavailable', retryAfter: 30, why: 'down' });
    expect(await portal.kernel.enter('a')).to.deep.equal({ kind: 'unavailable', retryAfter: 30, why: 'stopped' });
  });

  it('holds requests while a module starts', async () => {
    const go = pause('start');
    portal.kernel.install(await portal.installed());
    const booting = portal.kernel.boot();
    const entering = kind('a');
    setTimeout(go, 20);
    expect(await entering).to.equal('entered');
    await booting;
  });

  it('turns requests away when the start takes too long for them', async () => {
    const go = pause('start');
    portal.kernel.install(await portal.installed());
    const booting = portal.kernel.boot();
    expect(await portal.kernel.enter('a')).to.deep.equal({ kind: 'unavailable', retryAfter: 2, why: 'coming' });
    go();
    await booting;
  });

  it('waits for running requests before a module stops, and holds new ones until it knows', async () => {
    await portal.boot();
    const running = await portal.kernel.enter('a');
    const stopping = portal.kernel.stop('a');
    await new Promise((resolve) => setImmediate(resolve));
    expect(portal.states()).to.include({ a: 'stopping' });
    const entering = portal.kernel.enter('a');
    if (running.kind === 'entered') running.leave();
    expect((await stopping).failure).to.equal(undefined);
    expect((await entering).kind).to.equal('unavailable');
  });

  it('holds requests over a restart', async () => {
    await portal.boot();
    const go = pause('stop');
    const restart = Promise.all([portal.kernel.stop('a'), portal.kernel.start('a')]);
    await new Promise((resolve) => setImmediate(resolve));
    const entering = kind('a');
    go();
    await restart;
    expect(await entering).to.equal('entered');
  });

  it('gives a request that never ends up after the stop limit, and says so', async () => {
    await portal.boot();
    await portal.kernel.enter('a');
    expect((await portal.kernel.stop('a')).failure).to.deep.equal({
      phase: 'drain',
      message: 'A running request did not finish within 200 ms.',
    });
  });

  it('counts a request that leaves twice once', async () => {
    await portal.boot();
    const first = await portal.kernel.enter('a');
    const second = await portal.kernel.enter('a');
    if (first.kind === 'entered') {
      first.leave();
      first.leave();
    }
    const stopping = portal.kernel.stop('a');
    await new Promise((resolve) => setImmediate(resolve));
    expect(portal.states()).to.include({ a: 'stopping' });
    if (second.kind === 'entered') second.leave();
    expect((await stopping).state).to.equal('resolved');
  });
});
