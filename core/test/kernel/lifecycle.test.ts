import { expect } from 'chai';
import { PortalError } from '../../api/index.js';
import { eventually } from '../../testing/index.js';
import { TestPortal, TestSwitches } from './test-portal.js';

describe('the life of modules', () => {
  let portal: TestPortal;
  let disabled: TestSwitches;

  beforeEach(async () => {
    disabled = new TestSwitches();
    portal = await TestPortal.build({ disabled });
  });
  afterEach(() => portal.close());

  const codeOf = (work: Promise<unknown>): Promise<string | undefined> =>
    work.then(
      () => undefined,
      (error: unknown) => (error instanceof PortalError ? error.code : String(error)),
    );

  it('follows what operators decide, and keeps it over restarts', async () => {
    await portal.write({ id: 'a' });
    await portal.write({ id: 'quiet', enabledByDefault: false });
    await portal.boot();
    expect(portal.states()).to.deep.equal({ a: 'active', quiet: 'disabled' });
    expect(portal.kernel.status('quiet')?.reasons).to.deep.equal(['Off until an operator enables it.']);
    await portal.kernel.disable('a');
    await portal.kernel.enable('quiet');
    expect(portal.states()).to.deep.equal({ a: 'disabled', quiet: 'active' });
    expect(disabled.stored).to.deep.equal(['+quiet', 'a']);
    disabled.stored = [...disabled.stored, 'gone'];
    const next = await TestPortal.build({ disabled });
    try {
      await next.write({ id: 'a' });
      await next.write({ id: 'quiet', enabledByDefault: false });
      await next.boot();
      expect(next.states()).to.deep.equal({ a: 'disabled', quiet: 'active' });
      await next.kernel.enable('a');
      expect(disabled.stored).to.deep.equal(['+quiet', 'gone']);
    } finally {
      await next.close();
    }
  });

  it('changes nothing when a decision cannot be kept', async () => {
    const frail = await TestPortal.build({
      disabled: { load: async () => [], save: async () => Promise.reject(new Error('disk full')) },
    });
    try {
      await frail.write({ id: 'a' });
      await frail.boot();
      expect(await codeOf(frail.kernel.disable('a'))).to.equal('Error: disk full');
      expect(frail.states()).to.deep.equal({ a: 'active' });
    } finally {
      await frail.close();
    }
  });

  it('follows a flag that switches a whole module', async () => {
    await portal.write({ id: 'a', enabledBy: 'F-1' });
    await portal.boot();
    expect(portal.kernel.status('a')).to.include({ state: 'disabled' });
    expect(portal.kernel.status('a')?.reasons).to.deep.equal(['The flag F-1 is off.']);
    portal.flags.set('F-1', true);
    expect((await portal.kernel.enable('a')).state).to.equal('active');
    portal.flags.set('F-1', false);
    portal.flags.set('F-1', true);
    portal.flags.set('F-1', false);
    expect((await portal.kernel.enable('a')).state).to.equal('disabled');
  });

  it('does not load the code of what will not run', async () => {
    await portal.write({ id: 'a', enabledBy: 'F-1' }, '', 'globalThis.porticoLoaded = true;');
    await portal.boot();
    expect('porticoLoaded' in globalThis).to.equal(false);
  });

  it('starts what was stopped only when it is told to', async () => {
    await portal.write({ id: 'a', enabledBy: 'F-1' });
    portal.flags.set('F-1', true);
    await portal.boot();
    const status = await portal.kernel.stop('a');
    expect(status).to.include({ state: 'resolved' });
    expect(status.reasons).to.deep.equal(['Stopped by an operator.']);
    portal.flags.set('F-1', false);
    portal.flags.set('F-1', true);
    expect((await portal.kernel.stop('a')).state).to.equal('resolved');
    expect((await portal.kernel.start('a')).state).to.equal('active');
  });

  it('says what keeps a module from starting, as a chain', async () => {
    await portal.write({ id: 'a', provides: { 'a.s': '1.0.0' } }, `provide(serviceToken('a.s')).value(1);`);
    await portal.write(
      { id: 'b', requires: { 'a.s': '^1.0.0' }, provides: { 'b.s': '1.0.0' } },
      `provide(serviceToken('b.s')).value(1);`,
    );
    await portal.write({ id: 'c', requires: { 'b.s': '^1.0.0' } });
    await portal.write({ id: 'd', requires: { 'c.s': '^1.0.0' } });
    await portal.boot();
    await portal.kernel.disable('a');
    expect((await portal.kernel.start('c')).reasons).to.deep.equal([
      'Needs b.s, which b offers; b is waiting.',
      'Needs a.s, which a offers; a is disabled.',
    ]);
    expect(portal.kernel.status('d')).to.include({ state: 'unresolved' });
    expect(portal.kernel.status('d')?.reasons).to.deep.equal(['Needs c.s ^1.0.0, which nothing installed offers.']);
    await portal.kernel.enable('a');
    expect(portal.states()).to.deep.equal({ a: 'active', b: 'active', c: 'active', d: 'unresolved' });
  });

  it('goes through one queue: changes asked for at once do not interleave', async () => {
    await portal.write(
      { id: 'a' },
      'run(Slow);',
      `class Slow { async onStart() { await pause(); } async onStop() { await pause(); } }
      const pause = () => new Promise((resolve) => setTimeout(resolve, 2));`,
    );
    await portal.boot();
    portal.changes.length = 0;
    const { kernel } = portal;
    await Promise.all([
      kernel.stop('a'),
      kernel.start('a'),
      kernel.disable('a'),
      kernel.enable('a'),
      kernel.stop('a'),
      kernel.start('a'),
    ]);
    const down = ['stopping', 'resolved'];
    const up = ['starting', 'active'];
    expect(portal.changes.map(({ to }) => to)).to.deep.equal([
      ...down,
      ...up,
      ...down,
      'disabled',
      'installed',
      'resolved',
      ...up,
      ...down,
      ...up,
    ]);
  });

  it('refuses a change that waits for itself, and allows it later', async () => {
    await portal.write(
      { id: 'a' },
      'run(Meddler);',
      `const Meddler = parts(class Meddler { constructor(modules, journal) { this.modules = modules; this.journal = journal; }
         async onStart() {
           await this.modules.stop('b').catch((error) => this.journal.push(error.code));
           setTimeout(() => this.modules.stop('b').then((status) => this.journal.push(status.state)), 20);
         } }, core.Modules, Journal);`,
    );
    await portal.write({ id: 'b' });
    await portal.boot();
    expect(portal.journal).to.deep.equal(['lifecycle-reentered']);
    await eventually(() => portal.journal.length > 1, 'the later change is made', 30);
    expect(portal.journal).to.deep.equal(['lifecycle-reentered', 'resolved']);
  });

  it('names what it cannot do', async () => {
    await portal.write({ id: 'a' });
    await portal.boot();
    await portal.kernel.disable('a');
    expect(await codeOf(portal.kernel.start('a'))).to.equal('module-disabled');
    expect(await codeOf(portal.kernel.start('nobody'))).to.equal('module-unknown');
    expect(() => portal.kernel.install([]))
      .to.throw(PortalError)
      .with.property('code', 'portal-open');
    await portal.kernel.shutdown();
    expect(await codeOf(portal.kernel.enable('a'))).to.equal('portal-closed');
  });

  it('ends with everything stopped, in the reverse of the order of the start', async () => {
    const tell = `const Life = parts(class { constructor(j) { this.j = j; } onStart() { this.j.push('+' + id); } onStop() { this.j.push('-' + id); } }, Journal);`;
    const named = (id: string): string => `const id = '${id}'; ${tell}`;
    await portal.write({ id: 'c', requires: { 'b.s': '*' } }, 'run(Life);', named('c'));
    await portal.write(
      { id: 'b', requires: { 'a.s': '*' }, provides: { 'b.s': '1.0.0' } },
      `provide(serviceToken('b.s')).value(1); run(Life);`,
      named('b'),
    );
    await portal.write(
      { id: 'a', provides: { 'a.s': '1.0.0' } },
      `provide(serviceToken('a.s')).value(1); run(Life);`,
      named('a'),
    );
    await portal.boot();
    await portal.kernel.shutdown();
    expect(portal.journal).to.deep.equal(['+a', '+b', '+c', '-c', '-b', '-a']);
    expect(portal.states()).to.deep.equal({ a: 'resolved', b: 'resolved', c: 'resolved' });
  });

  it('may end while it begins: what has not started yet does not start any more', async () => {
    await portal.write(
      { id: 'a', provides: { 'a.s': '1.0.0' } },
      `provide(serviceToken('a.s')).value(1); run(Slow);`,
      'class Slow { onStart() { return new Promise((resolve) => setTimeout(resolve, 10)); } }',
    );
    await portal.write({ id: 'b', requires: { 'a.s': '*' }, onFailure: 'stop-portal' });
    const booting = portal.boot();
    while (portal.states().a !== 'starting') await new Promise((resolve) => setImmediate(resolve));
    await portal.kernel.shutdown();
    await booting;
    expect(portal.changes.map(({ id, to }) => `${id} ${to}`))
      .to.include('a active')
      .and.not.include('b starting');
    expect(portal.states()).to.deep.equal({ a: 'resolved', b: 'resolved' });
  });

  it('runs activities in order and in reverse, and disposes of what it made last-in-first-out', async () => {
    await portal.write(
      { id: 'a' },
      `run(First); run(Second); bind(serviceToken('a.last')).to(Last);`,
      `const living = (name, ...tokens) => parts(class { constructor(j) { this.j = j; } onStart() { this.j.push('start ' + name); }
         onStop() { this.j.push('stop ' + name); } dispose() { this.j.push('dispose ' + name); } }, Journal, ...tokens);
       const First = living('first'); const Second = living('second', First); const Last = living('last', Second);`,
    );
    await portal.boot();
    await portal.kernel.stop('a');
    expect(portal.journal).to.deep.equal([
      'start first',
      'start second',
      'stop second',
      'stop first',
      'dispose last',
      'dispose second',
      'dispose first',
    ]);
  });
});

describe('the lifetime of an activity', () => {
  let portal: TestPortal;

  beforeEach(async () => {
    portal = await TestPortal.build();
  });
  afterEach(() => portal.close());

  const told = `
    const added = (journal, name, work = () => {}) => ({ dispose: () => { journal.push('dispose ' + name); return work(); } });
    const activity = (onStart, ...tokens) => parts(class { constructor(j, ...rest) { this.j = j; this.rest = rest; }
      onStart(lifetime) { return onStart.call(this, lifetime); } onStop() { this.j.push('onStop'); } }, Journal, ...tokens);`;

  it('is disposed last-in-first-out before onStop, and one that throws keeps no other', async () => {
    await portal.write(
      { id: 'a' },
      'run(First);',
      `${told} const First = activity(function (lifetime) {
         lifetime.add(added(this.j, 'one'));
         lifetime.add(added(this.j, 'two', () => { throw new Error('stuck'); }));
         lifetime.add(added(this.j, 'three'));
       });`,
    );
    await portal.boot();
    expect(portal.journal).to.deep.equal([]);
    await portal.kernel.stop('a');
    expect(portal.journal).to.deep.equal(['dispose three', 'dispose two', 'dispose one', 'onStop']);
    expect(portal.kernel.status('a')?.failure).to.deep.equal({ phase: 'stop', message: 'stuck' });
    await portal.kernel.start('a');
    await portal.kernel.stop('a');
    expect(portal.journal.slice(4)).to.deep.equal(['dispose three', 'dispose two', 'dispose one', 'onStop']);
  });

  it('ends when its start fails, and takes what comes late back at once', async () => {
    await portal.write(
      { id: 'a' },
      'run(First);',
      `${told} const First = activity(function (lifetime) {
         lifetime.add(added(this.j, 'early'));
         process.once('portico-test-late', () => lifetime.add(added(this.j, 'late')));
         throw new Error('no');
       });`,
    );
    await portal.boot();
    expect(portal.states()).to.deep.equal({ a: 'failed' });
    expect(portal.journal).to.deep.equal(['dispose early', 'onStop']);
    (process as NodeJS.EventEmitter).emit('portico-test-late');
    await new Promise((resolve) => setImmediate(resolve));
    expect(portal.journal).to.deep.equal(['dispose early', 'onStop', 'dispose late']);
  });

  it('is not waited for longer than the stop limit', async () => {
    await portal.write(
      { id: 'a' },
      'run(First);',
      `${told} const First = activity(function (lifetime) { lifetime.add({ dispose: () => new Promise(() => {}) }); });`,
    );
    await portal.boot();
    await portal.kernel.stop('a');
    expect(portal.kernel.status('a')?.failure?.phase).to.equal('stop');
    expect(portal.states()).to.deep.equal({ a: 'resolved' });
  });

  it('of the module is there for those who listen from their making', async () => {
    await portal.write(
      { id: 'a' },
      'run(First);',
      `${told} const GenerationOwner = parts(class { constructor(j, lifetime) { lifetime.add(added(j, 'made')); } }, Journal, core.Lifetime);
       const First = activity(function (lifetime) { lifetime.add(added(this.j, 'started')); }, GenerationOwner);`,
    );
    await portal.boot();
    await portal.kernel.stop('a');
    expect(portal.journal).to.deep.equal(['dispose started', 'onStop', 'dispose made']);
  });
});
