import { expect } from 'chai';
import { type ServiceToken, serviceToken } from '../../api/index.js';
import { TestPortal } from './test-portal.js';

interface Voice {
  say(): string;
}
const Voice: ServiceToken<Voice> = serviceToken('choir.voice');
const Echo: ServiceToken<Voice> = serviceToken('listener.echo');
const provides = { 'choir.voice': '1.0.0' };
const decorates = { 'choir.voice': '^1.0.0' };

/** Says what it hears, in brackets of its own. */
const wrapper = (id: string): string =>
  `const Wrap = parts(class Wrap { constructor(inner) { this.inner = inner; } say() { return '${id}(' + this.inner.say() + ')'; } },
     core.former(serviceToken('choir.voice')));`;

describe('a decorator', () => {
  let portal: TestPortal;
  beforeEach(async () => {
    portal = await TestPortal.build();
    await portal.write({ id: 'choir', provides }, `provide(serviceToken('choir.voice')).value({ say: () => 'alto' });`);
  });
  afterEach(() => portal.close());

  const voice = (): string | undefined => portal.kernel.handle(Voice).get()?.say();
  const echo = (): string | undefined => portal.kernel.handle(Echo).get()?.say();

  async function decorator(id: string, order?: number, manifest: object = {}): Promise<void> {
    const options = order === undefined ? '' : `, { order: ${order} }`;
    await portal.writeSource(
      { id, decorates, ...manifest },
      `${wrapper(id)} export default defineModule(({ decorate }) => decorate(serviceToken('choir.voice')).to(Wrap${options}));`,
    );
  }

  async function listener(kind: 'requires' | 'optional'): Promise<void> {
    const token = kind === 'requires' ? `serviceToken('choir.voice')` : `optional(serviceToken('choir.voice'))`;
    await portal.write(
      { id: 'listener', [kind]: { 'choir.voice': '^1.0.0' }, provides: { 'listener.echo': '1.0.0' } },
      `provide(serviceToken('listener.echo')).to(Echo);`,
      `const Echo = parts(class Echo { constructor(voice) { this.voice = voice; }
         say() { return (this.voice.get ? this.voice.get() : this.voice)?.say(); } }, ${token});`,
    );
  }

  for (const kind of ['requires', 'optional'] as const) {
    it(`stands before a service for whoever ${kind === 'requires' ? 'requires it' : 'uses it when it is there'}, and goes with its module`, async () => {
      await decorator('soft');
      await listener(kind);
      await portal.boot();
      expect([voice(), echo()]).to.deep.equal(['soft(alto)', 'soft(alto)']);
      const there = portal.kernel.stats();
      await portal.kernel.stop('soft');
      expect([voice(), echo()]).to.deep.equal(['alto', 'alto']);
      expect(portal.states()).to.include({ choir: 'active', soft: 'resolved', listener: 'active' });
      await portal.kernel.start('soft');
      expect([voice(), echo()]).to.deep.equal(['soft(alto)', 'soft(alto)']);
      expect(portal.kernel.stats()).to.deep.equal(there);
    });
  }

  it('stands in the order that it says, then by the id of its module, whichever came first', async () => {
    await decorator('b');
    await decorator('a');
    await decorator('near', 1);
    await decorator('far', 900);
    await listener('requires');
    await portal.boot();
    const all = 'far(b(a(near(alto))))';
    expect([voice(), echo()]).to.deep.equal([all, all]);
    expect(portal.kernel.status('choir')?.decorated).to.deep.equal([{ service: 'choir.voice', by: ['near', 'a', 'b', 'far'] }]);
    expect(portal.kernel.status('near')?.decorates).to.deep.equal(['choir.voice']);
    await portal.kernel.stop('near');
    expect([voice(), echo()]).to.deep.equal(['far(b(a(alto)))', 'far(b(a(alto)))']);
    await portal.kernel.start('near');
    expect([voice(), echo()]).to.deep.equal([all, all]);
    await portal.kernel.stop('b');
    expect(echo()).to.equal('far(a(near(alto)))');
  });

  it('waits for the service, and follows to the better one', async () => {
    await decorator('soft');
    await listener('requires');
    await portal.write(
      { id: 'solo', provides },
      `provide(serviceToken('choir.voice')).value({ say: () => 'solo' }, { ranking: 5 });`,
    );
    await portal.boot();
    expect(echo()).to.equal('soft(solo)');
    await portal.kernel.stop('solo');
    expect(echo()).to.equal('soft(alto)');
    await portal.kernel.stop('choir');
    expect(portal.states()).to.include({ soft: 'waiting', listener: 'waiting' });
    expect(portal.kernel.status('soft')?.reasons).to.deep.equal([
      'Needs choir.voice, which choir offers; choir is resolved.',
      'Needs choir.voice, which solo offers; solo is resolved.',
    ]);
    await portal.kernel.start('solo');
    expect(echo()).to.equal('soft(solo)');
    await portal.kernel.start('choir');
    expect(echo()).to.equal('soft(solo)');
  });

  it('that lives on a user of what it decorates is refused by name, and all others run', async () => {
    await listener('requires');
    await decorator('circle', undefined, { requires: { 'listener.echo': '^1.0.0' } });
    await portal.boot();
    expect(portal.kernel.status('circle')?.reasons).to.deep.equal([
      'Decorates choir.voice, and lives on what uses it: circle -> listener -> circle.',
    ]);
    expect(portal.states()).to.include({ circle: 'unresolved', choir: 'active', listener: 'active' });
    expect(echo()).to.equal('alto');
  });

  it('and another that decorate each other are refused by name', async () => {
    const module = (id: string, own: string, other: string): Promise<void> =>
      portal.writeSource(
        { id, provides: { [own]: '1.0.0' }, decorates: { [other]: '^1.0.0' } },
        `class Own { say() { return ''; } } export default defineModule(({ provide, decorate }) => {
           provide(serviceToken('${own}')).to(Own); decorate(serviceToken('${other}')).to(Own); });`,
      );
    await module('one', 'one.voice', 'two.voice');
    await module('two', 'two.voice', 'one.voice');
    await portal.boot();
    expect(portal.kernel.status('one')?.reasons).to.deep.equal([
      'Decorates two.voice, and lives on what uses it: one -> two -> one.',
    ]);
    expect(portal.states()).to.include({ one: 'unresolved', two: 'unresolved', choir: 'active' });
  });

  it('of a service of the core is refused by name', async () => {
    await portal.writeSource(
      { id: 'bold', decorates: { 'portico.modules': '^1.0.0' } },
      `${wrapper('bold')} export default defineModule(({ decorate }) => decorate(core.Modules).to(Wrap));`,
    );
    await portal.boot();
    expect(portal.kernel.status('bold')?.reasons).to.deep.equal([
      'Decorates portico.modules, which the core offers; only services of modules can be decorated.',
    ]);
  });

  it('stands in the manifest, and does what the manifest says', async () => {
    await decorator('silent', undefined, { decorates: undefined });
    await portal.write({ id: 'idle', decorates });
    await portal.boot();
    expect(portal.kernel.status('silent')?.failure?.message).to.equal(
      'Module silent decorates choir.voice; add it to "decorates" of its manifest.',
    );
    expect(portal.kernel.status('idle')?.failure?.message).to.equal(
      'Module idle promises to decorate choir.voice under "decorates", but does not.',
    );
  });
});
