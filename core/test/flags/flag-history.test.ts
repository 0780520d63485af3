import { expect } from 'chai';
import { type AuditRecord, type FlagActor, type FlagChange, PortalError } from '../../api/index.js';
import type { OpenFlags } from '../../flags/index.js';
import { FlagBench } from './flag-bench.js';

const ada: FlagActor = { by: { id: 'ada', name: 'Ada' }, via: 'screen', reason: 'Because.' };
const grace: FlagActor = { by: { id: 'grace', name: 'Grace' }, via: 'api' };

describe('The history of a feature flag', () => {
  let bench: FlagBench;
  let flags: OpenFlags;
  beforeEach(async () => {
    bench = await FlagBench.create();
    await bench.write({ a: false, b: { enabled: true, dependsOn: ['a'] } });
    flags = await bench.open();
  });
  afterEach(() => bench.dispose());

  const brief = ({ action, before, after, by, via, reason }: AuditRecord): readonly unknown[] => [
    action,
    before,
    after,
    by.name,
    via,
    reason,
  ];
  const history = async (): Promise<readonly (readonly unknown[])[]> => (await flags.history('a')).records.map(brief);
  const last = async (): Promise<string> => (await flags.history('a')).records[0]?.id ?? '';
  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => (error instanceof PortalError ? error.code : String(error)),
    );

  it('tells who, from where, what before, what after, and why', async () => {
    await flags.override('a', true, ada);
    await flags.override('a', false, grace);
    await flags.override('a', undefined, grace);
    await flags.override('b', false, grace);
    expect(await history()).to.deep.equal([
      ['removed', false, undefined, 'Grace', 'api', undefined],
      ['changed', true, false, 'Grace', 'api', undefined],
      ['set', undefined, true, 'Ada', 'screen', 'Because.'],
    ]);
  });

  it('has nothing of a switch that changed nothing', async () => {
    await flags.override('a', true, ada);
    await flags.override('a', true, grace);
    expect(await history()).to.have.length(1);
    expect(flags.state('a')?.reason).to.include('Ada');
  });

  it('is taken back one change at a time, and that is a change too', async () => {
    await flags.override('a', true, ada);
    const changes: FlagChange[] = [];
    flags.onDidChange((change) => changes.push(change));
    await flags.undo('a', await last(), grace);
    expect(flags.state('a')).to.include({ enabled: false, origin: 'file' });
    await flags.undo('a', await last(), ada);
    expect(flags.state('a')).to.include({ enabled: true, origin: 'instance' });
    expect((await history()).map(([action]) => action)).to.deep.equal(['undone', 'undone', 'set']);
    expect(changes.map(({ key, enabled }) => `${key} ${enabled}`)).to.deep.equal(['a false', 'b false', 'a true', 'b true']);
  });

  it('is not taken back when another change came between, when there is none, or when the environment locks the flag', async () => {
    expect(await codeOf(flags.undo('a', 'none', ada))).to.equal('flag-changed');
    await flags.override('a', true, ada);
    const first = await last();
    await flags.override('a', false, grace);
    expect(await codeOf(flags.undo('a', first, ada))).to.equal('flag-changed');
    bench.environment = { PORTICO_FLAG_A: 'true' };
    flags = await bench.open();
    expect(await codeOf(flags.undo('a', await last(), ada))).to.equal('flag-locked');
  });

  it('lets only one of many who undo at once do it', async () => {
    await flags.override('a', true, ada);
    const change = await last();
    const codes = await Promise.all(Array.from({ length: 10 }, () => codeOf(flags.undo('a', change, grace))));
    expect(codes.filter((code) => code === 'done')).to.have.length(1);
    expect(await history()).to.have.length(2);
  });

  it('goes on when nobody declares the flag any more: its switch can be forgotten', async () => {
    await flags.override('a', true, ada);
    await bench.write({ c: true });
    await flags.reread();
    expect(flags.problems()[0]).to.match(/^This instance has a switch for a, which nobody declares\./);
    expect(await codeOf(flags.override('a', false, ada))).to.equal('flag-unknown');
    await flags.override('a', undefined, ada);
    expect(flags.problems()).to.deep.equal([]);
  });
});

describe('The switches of an instance as a file', () => {
  let bench: FlagBench;
  let flags: OpenFlags;
  beforeEach(async () => {
    bench = await FlagBench.create();
    bench.environment = { PORTICO_FLAG_LOCKED: 'true' };
    await bench.write({ a: false, b: true, c: true, locked: false });
    flags = await bench.open();
  });
  afterEach(() => bench.dispose());

  const fileOf = (content: unknown): string =>
    JSON.stringify({ format: 'portico-flags', version: 1, flags: content }, undefined, 2);

  it('come back as they were', async () => {
    await flags.override('a', true, ada);
    await flags.override('b', false, ada);
    const text = JSON.stringify(flags.export());
    expect(flags.export()).to.deep.include({ format: 'portico-flags', version: 1, flags: { a: true, b: false } });
    await flags.override('a', false, grace);
    await flags.override('b', undefined, grace);
    await flags.override('c', false, grace);
    const changes = [
      { key: 'a', from: false, to: true },
      { key: 'b', from: undefined, to: false },
    ];
    expect(await flags.import(text, { by: ada, dryRun: true })).to.deep.equal({ changes, faults: [], applied: false });
    expect(flags.isEnabled('a')).to.equal(false);
    expect(await flags.import(text, { by: ada })).to.deep.equal({ changes, faults: [], applied: true });
    expect([flags.isEnabled('a'), flags.isEnabled('b'), flags.isEnabled('c')]).to.deep.equal([true, false, false]);
    expect((await flags.import(text, { by: ada, replace: true })).changes).to.deep.equal([
      { key: 'c', from: false, to: undefined },
    ]);
    expect((await flags.import(text, { by: ada })).changes).to.deep.equal([]);
  });

  it('are told to the listeners when all of them are in force', async () => {
    const seen: boolean[][] = [];
    flags.onDidChange(() => seen.push([flags.isEnabled('a'), flags.isEnabled('b')]));
    await flags.import(fileOf({ a: true, b: false }), { by: ada });
    expect(seen).to.deep.equal([
      [true, false],
      [true, false],
    ]);
  });

  it('take null for a flag that shall follow its file again', async () => {
    await flags.override('a', true, ada);
    await flags.import(fileOf({ a: null }), { by: ada });
    expect(flags.state('a')?.origin).to.equal('file');
  });

  it('are refused as a whole with line, column and path of each fault', async () => {
    const { faults, applied } = await flags.import(fileOf({ a: true, ghost: true, locked: false }), { by: ada });
    expect(faults).to.deep.equal([
      'Line 6, column 5: flags.ghost is a feature flag that nobody declares.',
      'Line 7, column 5: flags.locked is locked by the environment variable PORTICO_FLAG_LOCKED.',
    ]);
    expect([applied, flags.isEnabled('a')]).to.deep.equal([false, false]);
  });

  const faults: readonly (readonly [string, string, RegExp])[] = [
    ['no JSON', '{"format":', /^Line 1, column 11: /],
    ['another format', '{"format": "x", "version": 1, "flags": {}}', /^Line 1, column 2: format must be "portico-flags"\.$/],
    [
      'a later version',
      '{"format": "portico-flags", "version": 2, "flags": {}}',
      /version must be 1; a file of a later version needs a later portal\.$/,
    ],
    ['an unknown word', '{"format": "portico-flags", "version": 1, "flags": {}, "more": 1}', /more is not known here\.$/],
    ['a value that is none', fileOf({ a: 'on' }), /^Line 5, column 5: flags\.a must be true, false or null\.$/],
    ['no flags', '{"format": "portico-flags", "version": 1}', /flags must be an object of flags by key\.$/],
    ['a list', '[]', /^Line 1, column 1: the file /],
  ];
  for (const [what, text, fault] of faults) {
    it(`are refused when the file has ${what}`, async () => {
      const answer = await flags.import(text, { by: ada });
      expect(answer.faults[0]).to.match(fault);
      expect(answer.applied).to.equal(false);
    });
  }
});
