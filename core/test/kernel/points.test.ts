import { expect } from 'chai';
import {
  type ConditionalContributions,
  type ContributionDelta,
  type Contributions,
  Criteria,
  type Criterion,
  extensionPoint,
  PortalError,
  type ServiceToken,
  serviceToken,
} from '../../api/index.js';
import { accessOf, TestPortal } from './test-portal.js';

const Lines = extensionPoint<string>('portal.lines', { conditional: true });
const contributeLine = (text: string, options: object): string =>
  `contribute(extensionPoint('portal.lines', { conditional: true })).value('${text}', ${JSON.stringify(options)});`;

describe('an extension point', () => {
  let portal: TestPortal;
  let lines: ConditionalContributions<string>;

  beforeEach(async () => {
    portal = await TestPortal.build();
    lines = portal.kernel.host(Lines);
  });
  afterEach(() => portal.close());

  const values = (): string[] => lines.all().map(({ value }) => value);

  it('sorts by order, then module, then id', async () => {
    await portal.write({ id: 'b' }, contributeLine('b.z', { id: 'z' }) + contributeLine('b.a', { id: 'a' }));
    await portal.write({ id: 'a' }, contributeLine('a.z', { id: 'z' }) + contributeLine('a.early', { id: 'q', order: 5 }));
    portal.kernel.contribute(Lines, 'core', { id: 'c', order: 100 });
    await portal.boot();
    expect(values()).to.deep.equal(['a.early', 'a.z', 'b.a', 'b.z', 'core']);
  });

  it('gives frozen snapshots; an old one never changes under its reader', async () => {
    await portal.write({ id: 'a' }, contributeLine('a', { id: 'a' }));
    await portal.boot();
    const before = lines.all();
    expect(before).to.be.frozen;
    expect(before[0]).to.be.frozen;
    await portal.kernel.stop('a');
    expect(before).to.have.length(1);
    expect(lines.all()).to.deep.equal([]);
  });

  it('tells what came and went, once per start and stop', async () => {
    await portal.write({ id: 'a' }, contributeLine('one', { id: '1' }) + contributeLine('two', { id: '2' }));
    const deltas: ContributionDelta<string>[] = [];
    lines.onDidChange((delta) => deltas.push(delta));
    await portal.boot();
    await portal.kernel.stop('a');
    expect(deltas.map(({ added, removed }) => [added.length, removed.length])).to.deep.equal([
      [2, 0],
      [0, 2],
    ]);
  });

  it('finds what is bound to a flag, in whatever point, while its module is active', async () => {
    await portal.write(
      { id: 'a' },
      contributeLine('one', { id: '1', when: { flag: 'sun' } }) +
        contributeLine('two', { id: '2', when: { flag: ['rain', 'sun'] } }) +
        contributeLine('three', { id: '3', when: { flag: 'rain' } }) +
        contributeLine('four', { id: '4' }),
    );
    await portal.boot();
    const found = (): readonly (readonly string[])[] =>
      portal.kernel.contributionsWhen('sun').map(({ point, module, id }) => [point, module, id]);
    expect(found()).to.deep.equal([
      ['portal.lines', 'a', '1'],
      ['portal.lines', 'a', '2'],
    ]);
    await portal.kernel.stop('a');
    expect(found()).to.deep.equal([]);
  });

  it('takes the contributions of a listener that throws as they are', async () => {
    await portal.write({ id: 'a' }, contributeLine('one', { id: '1' }));
    lines.onDidChange(() => {
      throw new Error('deaf');
    });
    await portal.boot();
    expect(portal.states()).to.deep.equal({ a: 'active' });
    expect(portal.logged).to.deep.include({ module: 'core', level: 'error', message: 'A listener failed.' });
  });

  it('leaves out what throws, counts it, and lets the neighbours live', async () => {
    await portal.write({ id: 'a' }, contributeLine('good', { id: 'good' }) + contributeLine('bad', { id: 'bad' }));
    await portal.boot();
    const shout = (text: string): string => {
      if (text === 'bad') throw new Error('too bad');
      return text.toUpperCase();
    };
    expect(lines.each(shout)).to.deep.equal(['GOOD']);
    lines.each(shout);
    expect(portal.kernel.status('a')?.contributionErrors).to.deep.equal([
      { point: 'portal.lines', id: 'bad', count: 2, message: 'too bad' },
    ]);
    await portal.kernel.stop('a');
    await portal.kernel.start('a');
    expect(portal.kernel.status('a')?.contributionErrors).to.deep.equal([]);
  });

  it('counts a contribution whose promise is broken, and leaves the promise to the caller', async () => {
    await portal.write({ id: 'a' }, contributeLine('late', { id: 'late' }));
    await portal.boot();
    const answers = lines.each(async () => Promise.reject(new Error('too late')));
    const [settled] = await Promise.allSettled(answers);
    expect(settled?.status).to.equal('rejected');
    expect(portal.kernel.status('a')?.contributionErrors.map(({ message }) => message)).to.deep.equal(['too late']);
  });

  it('refuses two contributions of one id, and contributions that the manifest does not name', async () => {
    await portal.write({ id: 'a' }, contributeLine('1', { id: 'x' }) + contributeLine('2', { id: 'x' }));
    await portal.write({ id: 'b' }, `contribute(extensionPoint('other.points')).value(1);`);
    await portal.boot();
    expect(portal.kernel.status('a')?.failure).to.deep.equal({
      phase: 'setup',
      message: 'Module a contributes "x" to portal.lines twice; give each an id of its own.',
    });
    expect(portal.kernel.status('b')?.failure?.message).to.equal(
      'Module b contributes to other.points; add it to "optional" or "requires" of its manifest.',
    );
  });

  it('whose host does not ask takes no `when`: from nobody who knows it, and from nobody who thinks otherwise', async () => {
    portal.kernel.host(extensionPoint<string>('portal.tools'));
    await portal.write({ id: 'a' }, `contribute(extensionPoint('portal.tools')).value('a', { id: 'x', when: { flag: 'sun' } });`);
    await portal.write(
      { id: 'b' },
      `contribute(extensionPoint('portal.tools', { conditional: true })).value('b', { id: 'x', when: { flag: 'sun' } });
       contribute(extensionPoint('portal.tools')).value('c', { id: 'y' });`,
    );
    await portal.boot();
    expect(portal.kernel.status('a')?.failure).to.deep.equal({
      phase: 'setup',
      message: 'Module a contributes "x" to portal.tools with a "when", which nobody asks there; leave it out.',
    });
    expect(portal.kernel.status('b')?.contributionErrors).to.deep.equal([
      { point: 'portal.tools', id: 'x', count: 1, message: 'core asks no "when" of what is contributed to portal.tools.' },
    ]);
    portal.flags.set('sun', true);
    const { explanations } = portal.kernel;
    const [left] = explanations.explain('portal.tools', 'b/x', accessOf());
    expect([left?.visible, left?.blocking?.reason]).to.deep.equal([
      false,
      'core asks no "when" of what is contributed to portal.tools, so what has one is left out.',
    ]);
    expect(explanations.explain('portal.tools', 'b/y', accessOf())[0]?.visible).to.equal(true);
    const refuse = (): unknown =>
      portal.kernel.contribute(extensionPoint<string>('portal.tools'), 'd', { when: { flag: 'sun' } } as object);
    expect(refuse).to.throw(PortalError).with.property('code', 'when-not-asked');
  });

  describe('of a module', () => {
    type Shelf = Contributions<string>;
    const Shelves: ServiceToken<Shelf> = serviceToken('host.shelf');

    beforeEach(async () => {
      await portal.write(
        { id: 'host', hosts: { 'host.books': '1.0.0' }, provides: { 'host.shelf': '1.0.0' } },
        `host(extensionPoint('host.books')); provide(serviceToken('host.shelf')).to(Shelf);`,
        `const Shelf = parts(class { constructor(books) { this.books = books; } all() { return this.books.all(); } },
           contributions(extensionPoint('host.books')));`,
      );
      await portal.write(
        { id: 'author', optional: { 'host.books': '^1.0.0' } },
        `contribute(extensionPoint('host.books')).value('book');`,
      );
      await portal.write(
        { id: 'futurist', optional: { 'host.books': '^2.0.0' } },
        `contribute(extensionPoint('host.books')).value('later');`,
      );
      await portal.write(
        { id: 'scholar', requires: { 'host.books': '^1.0.0' } },
        `contribute(extensionPoint('host.books')).value('tome');`,
      );
      await portal.boot();
    });

    const books = (): string[] | undefined =>
      portal.kernel
        .handle(Shelves)
        .get()
        ?.all()
        .map(({ value }) => value);

    it('shows those written for its version', () => {
      expect(books()).to.deep.equal(['book', 'tome']);
    });

    it('parks what is contributed until the host is back, and takes along those who require it', async () => {
      await portal.kernel.stop('host');
      expect(books()).to.equal(undefined);
      expect(portal.states()).to.deep.equal({ host: 'resolved', author: 'active', futurist: 'active', scholar: 'waiting' });
      await portal.kernel.start('host');
      expect(books()).to.deep.equal(['book', 'tome']);
      expect(portal.states()).to.include({ host: 'active', scholar: 'active' });
    });

    it('may be used by the core before it is there', async () => {
      portal.kernel.contribute(extensionPoint<string>('host.books'), 'of the core');
      expect(books()).to.deep.equal(['book', 'of the core', 'tome']);
    });
  });
});

describe('what is visible', () => {
  let portal: TestPortal;
  let lines: ConditionalContributions<string>;

  beforeEach(async () => {
    portal = await TestPortal.build();
    lines = portal.kernel.host(Lines);
    const when = { given: 'uploads', permission: ['a.add', 'a.use'], setting: 'a.on', scope: 'site', flag: 'F-1' };
    await portal.write({ id: 'a' }, contributeLine('strict', { id: 'strict', when }) + contributeLine('open', { id: 'open' }));
    await portal.write(
      { id: 'settings' },
      'contribute(core.Criteria).to(Setting);',
      `class Setting { constructor() { this.key = 'setting'; }
         holds(subject, access) { if (access.site.address === 'broken') throw new Error('no answer'); return access.site.address !== 'closed'; }
         explain(subject, access) { return { criterion: 'setting', subject, met: this.holds(subject, access), reason: 'As it is set.' }; } }`,
    );
    await portal.boot();
    portal.flags.set('F-1', true);
  });
  afterEach(() => portal.close());

  const strictFor = (site: string | undefined, permissions = ['a.add', 'a.use'], given = ['uploads']): boolean =>
    lines.visible(accessOf(permissions, site), given).some(({ id }) => id === 'strict');

  it('is what asks nothing, and what has every line met', () => {
    expect(strictFor('home')).to.equal(true);
    expect(lines.visible(accessOf())).to.have.length(1);
  });

  it('is hidden by one line that is not met, whichever', () => {
    expect(strictFor(undefined)).to.equal(false);
    expect(strictFor('home', ['a.add'])).to.equal(false);
    expect(strictFor('home', undefined, [])).to.equal(false);
    expect(strictFor('closed')).to.equal(false);
    portal.flags.set('F-1', false);
    expect(strictFor('home')).to.equal(false);
  });

  it('is explained in the order in which people expect to be told', () => {
    const explanation = lines.explain('strict', accessOf(['a.add'], 'home'), ['uploads']);
    expect(explanation?.visible).to.equal(false);
    expect(explanation?.steps.map(({ criterion, subject, met }) => `${criterion} ${subject} ${met}`)).to.deep.equal([
      'module a true',
      'flag F-1 true',
      'setting a.on true',
      'scope site true',
      'permission a.add true',
      'permission a.use false',
      'given uploads true',
    ]);
    expect(explanation?.blocking?.reason).to.equal('Ada does not have the permission a.use here.');
    expect(lines.explain('nobody', accessOf())).to.equal(undefined);
    expect(lines.explain('open', accessOf())?.visible).to.equal(true);
  });

  it('is hidden when asking fails, which is counted and explained', () => {
    expect(strictFor('broken')).to.equal(false);
    expect(portal.kernel.status('settings')?.contributionErrors).to.deep.equal([
      { point: 'portico.criteria', id: 'Setting', count: 1, message: 'no answer' },
    ]);
    expect(lines.explain('strict', accessOf(['a.add', 'a.use'], 'broken'), ['uploads'])?.blocking?.reason).to.equal(
      'Asking for the setting a.on failed, so it is hidden: no answer',
    );
  });

  it('is hidden when nobody answers a key, which is explained', async () => {
    await portal.kernel.stop('settings');
    expect(strictFor('home')).to.equal(false);
    expect(lines.explain('strict', accessOf(['a.add', 'a.use'], 'home'), ['uploads'])?.blocking).to.deep.equal({
      criterion: 'setting',
      subject: 'a.on',
      met: false,
      reason: 'No active module can say whether the setting a.on holds, so it is hidden.',
    });
    await portal.kernel.start('settings');
    expect(strictFor('home')).to.equal(true);
  });

  it('cannot be widened by a module that answers a key of the portal', async () => {
    const generous: Criterion = {
      key: 'permission',
      holds: () => true,
      explain: (subject) => ({ criterion: 'permission', subject, met: true, reason: 'Why not.' }),
    };
    portal.kernel.contribute(Criteria, generous, { order: -1 });
    expect(strictFor('home', [])).to.equal(false);
  });
});

describe('what waits for a contribution to another point', () => {
  const Features = extensionPoint<string>('portal.features', { conditional: true });
  let portal: TestPortal;
  let lines: ConditionalContributions<string>;

  beforeEach(async () => {
    portal = await TestPortal.build();
    lines = portal.kernel.host(Lines);
    portal.kernel.host(Features);
    await portal.write({ id: 'page' }, contributeLine('bill', { id: 'bill', when: { contributed: 'portal.features' } }));
    await portal.write(
      { id: 'feature' },
      `contribute(extensionPoint('portal.features', { conditional: true })).value('images', { id: 'images', when: { flag: 'F-2' } });`,
    );
  });
  afterEach(() => portal.close());

  const seen = (): readonly string[] => lines.visible(accessOf()).map(({ id }) => id);
  const reason = (): string | undefined => lines.explain('bill', accessOf())?.blocking?.reason;

  it('is there as long as one is visible there, and says why it is not', async () => {
    await portal.boot();
    const hidden = 'What is contributed to portal.features is not there. The flag F-2 is off.';
    expect([seen(), reason()]).to.deep.equal([[], hidden]);
    portal.flags.set('F-2', true);
    expect([seen(), reason()]).to.deep.equal([['bill'], undefined]);
    await portal.kernel.stop('feature');
    expect([seen(), reason()]).to.deep.equal([[], 'Nothing is contributed to portal.features.']);
    await portal.kernel.start('feature');
    expect(seen()).to.deep.equal(['bill']);
  });

  it('does not make itself be there', async () => {
    portal.kernel.contribute(Lines, 'snake', { id: 'snake', when: { contributed: 'portal.lines' } });
    await portal.boot();
    expect(seen()).to.deep.equal([]);
    expect(lines.explain('snake', accessOf())?.visible).to.equal(false);
    portal.flags.set('F-2', true);
    expect(seen()).to.deep.equal(['snake', 'bill']);
  });
});
