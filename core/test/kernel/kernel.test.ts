import { expect } from 'chai';
import { extensionPoint, serviceToken } from '../../api/index.js';
import { TestPortal } from './test-portal.js';

const Lines = extensionPoint<string>('portal.lines');
const Greeting = serviceToken<{ greet(): string }>('greeter.greeting');

const greeter = {
  manifest: { id: 'greeter', provides: { 'greeter.greeting': '1.0.0' } },
  setup: `provide(serviceToken('greeter.greeting')).to(Greeter);`,
  before: `class Greeter { greet() { return 'hello'; } }`,
} as const;

describe('the kernel', () => {
  let portal: TestPortal;

  beforeEach(async () => {
    portal = await TestPortal.build();
  });
  afterEach(() => portal.close());

  it('starts a module and shows its service and its contributions', async () => {
    const lines = portal.kernel.host(Lines);
    await portal.write(
      greeter.manifest,
      `${greeter.setup} contribute(extensionPoint('portal.lines')).value('from greeter', { id: 'line' });`,
      greeter.before,
    );
    await portal.boot();
    expect(portal.states()).to.deep.equal({ greeter: 'active' });
    expect(portal.kernel.handle(Greeting).get()?.greet()).to.equal('hello');
    expect(lines.all()).to.deep.equal([{ id: 'line', module: 'greeter', order: 100, when: undefined, value: 'from greeter' }]);
  });

  it('says which modules live on what one offers, near and far, whether they run or not', async () => {
    await portal.write(greeter.manifest, greeter.setup, greeter.before);
    await portal.write(
      { id: 'guest', requires: { 'greeter.greeting': '^1.0.0' }, hosts: { 'guest.visits': '1.0.0' } },
      `host(extensionPoint('guest.visits'));`,
    );
    await portal.write({ id: 'far', requires: { 'guest.visits': '^1.0.0' } }, '');
    await portal.write({ id: 'able-without', optional: { 'greeter.greeting': '^1.0.0' } }, '');
    await portal.writeSource(
      { id: 'dresser', decorates: { 'greeter.greeting': '^1.0.0' } },
      `const Dressed = parts(class Dressed {}, core.former(serviceToken('greeter.greeting')));
       export default defineModule(({ decorate }) => decorate(serviceToken('greeter.greeting')).to(Dressed));`,
    );
    await portal.boot();
    const expected = ['dresser', 'far', 'guest'];
    expect(portal.kernel.dependentsOf('greeter')).to.deep.equal(expected);
    await portal.kernel.stop('greeter');
    expect(expected.map((id) => portal.states()[id])).to.deep.equal(['waiting', 'waiting', 'waiting']);
    expect(portal.kernel.dependentsOf('greeter')).to.deep.equal(expected);
    expect(portal.kernel.dependentsOf('far')).to.deep.equal([]);
  });

  it('stops dependents first and brings them back by themselves', async () => {
    await portal.write(
      greeter.manifest,
      `${greeter.setup} run(Life);`,
      `${greeter.before}
      const Life = parts(class { constructor(j) { this.j = j; } onStart() { this.j.push('greeter up'); } onStop() { this.j.push('greeter down'); } }, Journal);`,
    );
    await portal.write(
      { id: 'guest', requires: { 'greeter.greeting': '^1.0.0' } },
      'run(Life);',
      `const Life = parts(class { constructor(j, g) { this.j = j; this.g = g; }
         onStart() { this.j.push('guest up ' + this.g.greet()); } onStop() { this.j.push('guest down ' + this.g.greet()); } },
         Journal, serviceToken('greeter.greeting'));`,
    );
    await portal.boot();
    await portal.kernel.stop('greeter');
    expect(portal.states()).to.deep.equal({ greeter: 'resolved', guest: 'waiting' });
    expect(portal.kernel.status('guest')?.reasons).to.deep.equal([
      'Needs greeter.greeting, which greeter offers; greeter is resolved.',
    ]);
    await portal.kernel.start('greeter');
    expect(portal.states()).to.deep.equal({ greeter: 'active', guest: 'active' });
    expect(portal.journal).to.deep.equal([
      'greeter up',
      'guest up hello',
      'guest down hello',
      'greeter down',
      'greeter up',
      'guest up hello',
    ]);
  });
});
