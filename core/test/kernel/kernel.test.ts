import { expect } from 'chai';
import { extensionPoint, serviceToken } from '../../api/index.js';
import { TestHouse } from './test-house.js';

const Lines = extensionPoint<string>('house.lines');
const Greeting = serviceToken<{ greet(): string }>('greeter.greeting');

const greeter = {
  manifest: { id: 'greeter', provides: { 'greeter.greeting': '1.0.0' } },
  setup: `provide(serviceToken('greeter.greeting')).to(Greeter);`,
  before: `class Greeter { greet() { return 'hello'; } }`,
} as const;

describe('the kernel', () => {
  let house: TestHouse;

  beforeEach(async () => {
    house = await TestHouse.build();
  });
  afterEach(() => house.close());

  it('starts a module and shows its service and its contributions', async () => {
    const lines = house.kernel.host(Lines);
    await house.write(
      greeter.manifest,
      `${greeter.setup} contribute(extensionPoint('house.lines')).value('from greeter', { id: 'line' });`,
      greeter.before,
    );
    await house.boot();
    expect(house.states()).to.deep.equal({ greeter: 'active' });
    expect(house.kernel.handle(Greeting).get()?.greet()).to.equal('hello');
    expect(lines.all()).to.deep.equal([{ id: 'line', module: 'greeter', order: 100, when: undefined, value: 'from greeter' }]);
  });

  it('stops dependents first and brings them back by themselves', async () => {
    await house.write(
      greeter.manifest,
      `${greeter.setup} run(Life);`,
      `${greeter.before}
      const Life = parts(class { constructor(j) { this.j = j; } onStart() { this.j.push('greeter up'); } onStop() { this.j.push('greeter down'); } }, Journal);`,
    );
    await house.write(
      { id: 'guest', requires: { 'greeter.greeting': '^1.0.0' } },
      'run(Life);',
      `const Life = parts(class { constructor(j, g) { this.j = j; this.g = g; }
         onStart() { this.j.push('guest up ' + this.g.greet()); } onStop() { this.j.push('guest down ' + this.g.greet()); } },
         Journal, serviceToken('greeter.greeting'));`,
    );
    await house.boot();
    await house.kernel.stop('greeter');
    expect(house.states()).to.deep.equal({ greeter: 'resolved', guest: 'waiting' });
    expect(house.kernel.status('guest')?.reasons).to.deep.equal([
      'Needs greeter.greeting, which greeter offers; greeter is resolved.',
    ]);
    await house.kernel.start('greeter');
    expect(house.states()).to.deep.equal({ greeter: 'active', guest: 'active' });
    expect(house.journal).to.deep.equal([
      'greeter up',
      'guest up hello',
      'guest down hello',
      'greeter down',
      'greeter up',
      'guest up hello',
    ]);
  });
});
