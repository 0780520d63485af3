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
