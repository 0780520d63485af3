import { expect } from 'chai';
import { type ServiceToken, serviceToken } from '../../api/index.js';
import { TestPortal } from './test-portal.js';

interface Voice {
  say(): string;
}
const Voice: ServiceToken<Voice> = serviceToken('choir.voice');
const Echo: ServiceToken<Voice> = serviceToken('listener.echo');

const provideVoice = (word: string, ranking = 0): string =>
  `provide(serviceToken('choir.voice')).value({ say: () => '${word}' }, { ranking: ${ranking} });`;

const listener = (token: string): string =>
  `const Echo = parts(class Echo { constructor(voice) { this.voice = voice; }
     say() { const voice = this.voice.get ? this.voice.get() : this.voice; return voice ? voice.say() : 'silence'; } }, ${token});`;

describe('a service', () => {
  let portal: TestPortal;

  beforeEach(async () => {
    portal = await TestPortal.build();
  });
  afterEach(() => portal.close());

  const voice = (): string | undefined => portal.kernel.handle(Voice).get()?.say();
  const echo = (): string | undefined => portal.kernel.handle(Echo).get()?.say();
  const provides = { 'choir.voice': '1.0.0' };

  it('is the one of the highest ranking, then the oldest', async () => {
    await portal.write({ id: 'a', provides }, provideVoice('alto'));
    await portal.write({ id: 'b', provides }, provideVoice('bass'));
    await portal.write({ id: 'c', provides }, provideVoice('solo', 5));
    await portal.boot();
    expect(voice()).to.equal('solo');
    await portal.kernel.stop('c');
    expect(voice()).to.equal('alto');
    await portal.kernel.stop('a');
    await portal.kernel.start('a');
    expect(voice()).to.equal('bass');
  });

  it('is one instance for all of a module that name its class', async () => {
    await portal.write(
      { id: 'a', provides },
      `provide(serviceToken('choir.voice')).to(Voice); run(Voice); run(Herald);`,
      `let made = 0; class Voice { constructor() { made += 1; } onStart() { this.started = true; } say() { return made + ' ' + this.started; } }
       const Herald = parts(class { constructor(voice) { this.voice = voice; } }, Voice);`,
    );
    await portal.boot();
    expect(voice()).to.equal('1 true');
  });

  it('makes what its classes inject by class, and what those inject, once, whichever part of the module names it', async () => {
    await portal.writeSource(
      { id: 'a', provides },
      `const made = (name, ...tokens) => parts(class { constructor(j, ...rest) { j.push(name); this.rest = rest; } }, Journal, ...tokens);
       const Deep = made('deep'); const Middle = made('middle', Deep); const Base = made('base', Middle);
       const Singer = parts(class { constructor(middle, base) { this.same = base.rest[0] === middle; } say() { return this.same; } }, Middle, Base);
       export default defineModule(
         ({ provide }) => provide(serviceToken('choir.voice')).to(Singer),
         ({ run }) => run(Middle),
         ({ run, bind }) => { run(Base); bind(serviceToken('a.deep')).to(Deep); },
       );`,
    );
    await portal.boot();
    expect(portal.kernel.status('a')?.failure?.message).to.equal(undefined);
    expect(voice()).to.equal(true);
    expect(portal.journal).to.deep.equal(['deep', 'middle', 'base']);
  });

  it('of each part of a module is declared in the order of the parts, and two parts may not contribute the same id', async () => {
    await portal.writeSource(
      { id: 'a' },
      `const line = (id) => ({ contribute }) => contribute(extensionPoint('portico.lines')).value(id, { id });
       export default defineModule(line('one'), line('two'), line('one'));`,
    );
    await portal.boot();
    expect(portal.kernel.status('a')?.failure).to.deep.equal({
      phase: 'setup',
      message: 'Module a contributes "one" to portico.lines twice; give each an id of its own.',
    });
  });

  it('that is optional may come and go while its user stays', async () => {
    await portal.write({ id: 'a', provides }, provideVoice('alto'));
    await portal.write(
      { id: 'listener', optional: { 'choir.voice': '^1.0.0' }, provides: { 'listener.echo': '1.0.0' } },
      `provide(serviceToken('listener.echo')).to(Echo);`,
      listener(`optional(serviceToken('choir.voice'))`),
    );
    await portal.boot();
    expect(echo()).to.equal('alto');
    await portal.kernel.disable('a');
    expect(echo()).to.equal('silence');
    await portal.kernel.enable('a');
    expect(echo()).to.equal('alto');
    expect(portal.changes.filter(({ id }) => id === 'listener')).to.have.length(3);
  });

  it('that is optional is taken in the named versions only', async () => {
    await portal.write({ id: 'a', provides }, provideVoice('alto'));
    await portal.write(
      { id: 'listener', optional: { 'choir.voice': '^2.0.0' }, provides: { 'listener.echo': '1.0.0' } },
      `provide(serviceToken('listener.echo')).to(Echo);`,
      listener(`optional(serviceToken('choir.voice'))`),
    );
    await portal.boot();
    expect(echo()).to.equal('silence');
  });

  it('that is required moves its users to the next best when it goes', async () => {
    await portal.write({ id: 'a', provides }, provideVoice('alto'));
    await portal.write({ id: 'c', provides }, provideVoice('solo', 5));
    await portal.write(
      { id: 'listener', requires: { 'choir.voice': '^1.0.0' }, provides: { 'listener.echo': '1.0.0' } },
      `provide(serviceToken('listener.echo')).to(Echo);`,
      listener(`serviceToken('choir.voice')`),
    );
    await portal.boot();
    expect(echo()).to.equal('solo');
    await portal.kernel.stop('c');
    expect(portal.states()).to.include({ listener: 'active' });
    expect(echo()).to.equal('alto');
    await portal.kernel.stop('a');
    expect(portal.states()).to.include({ listener: 'waiting' });
    expect(echo()).to.equal(undefined);
    await portal.kernel.start('c');
    expect(echo()).to.equal('solo');
    await portal.kernel.start('a');
    expect(portal.changes.at(-1)).to.deep.equal({ id: 'a', from: 'starting', to: 'active' });
  });

  it('that is better and comes later is given to its users, who start again for it, and to none that the better one lives on', async () => {
    await portal.write({ id: 'a', provides }, provideVoice('alto'));
    await portal.write({ id: 'c', provides, enabledByDefault: false }, provideVoice('solo', 5));
    await portal.write(
      { id: 'listener', requires: { 'choir.voice': '^1.0.0' }, provides: { 'listener.echo': '1.0.0' } },
      `provide(serviceToken('listener.echo')).to(Echo);`,
      listener(`serviceToken('choir.voice')`),
    );
    await portal.write(
      { id: 'd', provides, requires: { 'listener.echo': '^1.0.0' }, enabledByDefault: false },
      provideVoice('of the listener', 9),
    );
    await portal.boot();
    expect(echo()).to.equal('alto');
    await portal.kernel.enable('c');
    expect([echo(), portal.states().listener]).to.deep.equal(['solo', 'active']);
    await portal.kernel.enable('d');
    expect([voice(), echo()]).to.deep.equal(['of the listener', 'solo']);
    expect(portal.states()).to.include({ a: 'active', c: 'active', d: 'active', listener: 'active' });
  });

  it('is not asked for by the module that provides it, which would find itself', async () => {
    await portal.write(
      { id: 'a', provides, optional: { 'choir.tone': '^1.0.0' } },
      `provide(serviceToken('choir.voice')).to(Echo);`,
      listener(`optional(serviceToken('choir.voice'))`),
    );
    await portal.write(
      { id: 'b', provides },
      `provide(serviceToken('choir.voice')).to(Echo);`,
      `const Inner = parts(class Inner { constructor(voice) {} }, serviceToken('choir.voice'));
       const Echo = parts(class Echo { constructor(inner) {} }, Inner);`,
    );
    await portal.boot();
    expect(portal.kernel.status('a')?.failure).to.deep.equal({
      phase: 'setup',
      message:
        'Module a provides choir.voice and asks for it with optional() in Echo, which would find itself; ' +
        'ask for the class, or say decorate() to stand before the service of another module.',
    });
    expect(portal.kernel.status('b')?.failure).to.deep.equal({
      phase: 'setup',
      message: 'Module b provides choir.voice with a class that asks for itself: Echo -> Inner -> Echo.',
    });
  });

  it('must be named in the manifest by those who ask for it', async () => {
    await portal.write({ id: 'a', provides }, provideVoice('alto'));
    await portal.write({ id: 'listener' }, `run(Echo);`, listener(`serviceToken('choir.voice')`));
    await portal.boot();
    expect(portal.kernel.status('listener')?.failure).to.deep.equal({
      phase: 'create',
      message: 'Echo cannot be made: it asks for the service choir.voice; name it under "requires" in the manifest.',
    });
  });

  it('must be named in the manifest by those who offer it, and offered by those who name it', async () => {
    await portal.write({ id: 'a' }, provideVoice('alto'));
    await portal.write({ id: 'b', provides }, '');
    await portal.boot();
    expect(portal.kernel.status('a')?.failure?.message).to.equal(
      'Module a provides choir.voice; add it to "provides" of its manifest.',
    );
    expect(portal.kernel.status('b')?.failure?.message).to.equal(
      'Module b promises the service choir.voice under "provides", but does not provide it.',
    );
  });

  it('of a module alone is bound for that module only', async () => {
    const Name: ServiceToken<string> = serviceToken('test.name');
    const own = await TestPortal.build({ moduleServices: ({ id }) => [[Name, `I am ${id}`]] });
    try {
      for (const id of ['x', 'y'])
        await own.write(
          { id },
          'run(Say);',
          `const Say = parts(class { constructor(j, n) { this.j = j; this.n = n; } onStart() { this.j.push(this.n); } },
          Journal, serviceToken('test.name'));`,
        );
      await own.boot();
      expect(own.journal).to.have.members(['I am x', 'I am y']);
    } finally {
      await own.close();
    }
  });
});
