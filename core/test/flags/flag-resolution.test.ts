import { expect } from 'chai';
import { chainOf } from '../../flags/feature-flags.js';
import { readFlagEnvironment } from '../../flags/flag-environment.js';
import type { FlagFileEntry } from '../../flags/flag-file.js';
import { type DeclaredFlag, type FlagSources, resolveFlags } from '../../flags/resolve-flags.js';

type Say = boolean | undefined;

const declared = (value?: Partial<DeclaredFlag>): DeclaredFlag => ({ type: 'release', title: 'A flag', ...value });

function sources(parts: {
  environment?: Record<string, string>;
  overrides?: Record<string, boolean>;
  file?: Record<string, FlagFileEntry>;
  deployment?: Record<string, boolean>;
  declarations?: Record<string, DeclaredFlag>;
  development?: boolean;
}): FlagSources {
  const overrides = Object.entries(parts.overrides ?? {}).map(
    ([key, enabled]) => [key, { enabled, setBy: 'Ada', setAt: '2026-11-22T10:00:00.000Z' }] as const,
  );
  return {
    environment: readFlagEnvironment(parts.environment ?? {}),
    overrides: new Map(overrides),
    file: new Map(Object.entries(parts.file ?? {})),
    fileName: 'feature-flags.json',
    deployment: new Map(Object.entries(parts.deployment ?? {})),
    declarations: new Map(Object.entries(parts.declarations ?? {})),
    development: parts.development ?? true,
  };
}

describe('The value of a feature flag', () => {
  const says: readonly Say[] = [undefined, false, true];
  const order = ['environment', 'instance', 'file', 'deployment', 'declaration'] as const;
  const table = order.reduce<readonly (readonly Say[])[]>(
    (rows) => rows.flatMap((row) => says.map((say) => [...row, say])),
    [[]],
  );
  for (const row of table) {
    const [environment, instance, file, deployment, declaration] = row;
    const wins = row.findIndex((say) => say !== undefined);
    const origin = order[wins] ?? 'declaration';
    const expected = row[wins] ?? false;
    it(`is ${expected} by the ${origin} when ${order.join(', ')} say ${row.map((say) => say ?? '-').join(', ')}`, () => {
      const { states } = resolveFlags(
        sources({
          environment: environment === undefined ? {} : { PORTICO_FLAG_LPD_1: String(environment) },
          overrides: instance === undefined ? {} : { 'LPD-1': instance },
          file: file === undefined ? {} : { 'LPD-1': { enabled: file } },
          deployment: deployment === undefined ? {} : { 'LPD-1': deployment },
          declarations: { 'LPD-1': declared(declaration === undefined ? {} : { default: declaration }) },
        }),
      );
      const state = states.get('LPD-1');
      expect({ enabled: state?.enabled, origin: state?.origin, lockedBy: state?.lockedBy }).to.deep.equal({
        enabled: expected,
        origin,
        lockedBy: environment === undefined ? undefined : 'PORTICO_FLAG_LPD_1',
      });
      const said = order.filter((source, index) => source === 'declaration' || row[index] !== undefined);
      expect(state?.sources.map((source) => source.origin)).to.deep.equal(said);
    });
  }

  it('names every source that has a say, the strongest first', () => {
    const { states } = resolveFlags(
      sources({
        environment: { PORTICO_FLAG_LPD_1: 'true' },
        overrides: { 'LPD-1': false },
        file: { 'LPD-1': { enabled: true } },
        deployment: { 'LPD-1': true },
        declarations: { 'LPD-1': declared({ module: 'shop' }) },
      }),
    );
    expect(states.get('LPD-1')?.sources).to.deep.equal([
      { origin: 'environment', enabled: true, label: 'the environment variable PORTICO_FLAG_LPD_1' },
      { origin: 'instance', enabled: false, label: 'this instance (Ada, 2026-11-22)' },
      { origin: 'file', enabled: true, label: 'feature-flags.json' },
      { origin: 'deployment', enabled: true, label: '"flagDefaults" in the configuration' },
      { origin: 'declaration', enabled: false, label: 'the module shop' },
    ]);
  });

  it('says its reason in a sentence', () => {
    const { states } = resolveFlags(
      sources({ environment: { PORTICO_FLAG_A: 'true' }, file: { a: { enabled: false }, b: { enabled: false }, c: {} } }),
    );
    expect([...states.values()].map(({ reason }) => reason)).to.deep.equal([
      'Switched on by the environment variable PORTICO_FLAG_A.',
      'Switched off by feature-flags.json.',
      'Off by default.',
    ]);
  });

  it('is described by the file over the module that declares it', () => {
    const { states } = resolveFlags(
      sources({
        file: { a: { title: 'From the file', enabled: true } },
        declarations: { a: declared({ title: 'From the module', description: 'Both', type: 'beta' }) },
      }),
    );
    expect(states.get('a')).to.include({ title: 'From the file', description: 'Both', type: 'beta' });
  });
});

describe('Flags that depend on others', () => {
  it('are on only when all they depend on are on, through the whole chain', () => {
    const file = { a: { enabled: true, dependsOn: ['b'] }, b: { enabled: true, dependsOn: ['c'] }, c: { enabled: false } };
    const { states } = resolveFlags(sources({ file }));
    expect(states.get('a')).to.include({
      enabled: false,
      origin: 'dependency',
      reason: 'Off because it depends on b. b: Off because it depends on c. c: Switched off by feature-flags.json.',
    });
    const { states: on } = resolveFlags(sources({ file: { ...file, c: { enabled: true } } }));
    expect([...on.values()].every(({ enabled }) => enabled)).to.equal(true);
  });

  it('stay off when they depend on a flag that nobody declares', () => {
    const { states } = resolveFlags(sources({ file: { a: { enabled: true, dependsOn: ['ghost'] } } }));
    expect(states.get('a')).to.include({ enabled: false, reason: 'Off because it depends on ghost, which nobody declares.' });
  });

  it('stay off in a circle, whose path is told', () => {
    const on = (dependsOn: readonly string[]): FlagFileEntry => ({ title: 'T', enabled: true, dependsOn });
    const { states, problems } = resolveFlags(
      sources({ file: { a: on(['b']), b: on(['c']), c: on(['a']), d: on(['a']), e: on(['e']) } }),
    );
    expect([...states.values()].map(({ enabled }) => enabled)).to.deep.equal([false, false, false, false, false]);
    expect(problems).to.deep.equal([
      'Feature flags depend on each other in a circle: a -> b -> c -> a. They stay off.',
      'Feature flags depend on each other in a circle: e -> e. They stay off.',
    ]);
  });

  it('resolve in overlapping circles too', () => {
    const on = (dependsOn: readonly string[]): FlagFileEntry => ({ title: 'T', enabled: true, dependsOn });
    const { states } = resolveFlags(sources({ file: { a: on(['b', 'c']), b: on(['d']), c: on(['d']), d: on(['a']) } }));
    expect([...states.values()].some(({ enabled }) => enabled)).to.equal(false);
  });
});

describe('Dev flags', () => {
  const file = {
    a: { type: 'dev', title: 'A', enabled: true },
    b: { title: 'B', enabled: true, dependsOn: ['a'] },
  } satisfies Record<string, FlagFileEntry>;

  it('have force in development mode', () => {
    const { states } = resolveFlags(sources({ file }));
    expect([...states.values()].map(({ enabled, available }) => [enabled, available])).to.deep.equal([
      [true, true],
      [true, true],
    ]);
  });

  it('are off in every other mode, whatever switches them on, and so is what depends on them', () => {
    const { states } = resolveFlags(sources({ file, environment: { PORTICO_FLAG_A: 'true' }, development: false }));
    expect(
      [...states.values()].map(({ enabled, available, origin, reason }) => [enabled, available, origin, reason]),
    ).to.deep.equal([
      [false, false, 'mode', 'Off because Dev flags have force in development mode only.'],
      [false, true, 'dependency', 'Off because it depends on a. a: Off because Dev flags have force in development mode only.'],
    ]);
  });
});

describe('What names a flag that nobody declares', () => {
  it('is reported, wherever it stands', () => {
    const { problems } = resolveFlags(
      sources({
        environment: { PORTICO_FLAG_TYPO: 'true' },
        overrides: { gone: true },
        file: { 'LPD-10739': { enabled: true }, own: { title: 'A flag of our own', enabled: true } },
        deployment: { strange: true },
      }),
    );
    expect(problems).to.deep.equal([
      'The environment variable PORTICO_FLAG_TYPO names no known feature flag.',
      'This instance has a switch for gone, which nobody declares. "portico flags unset gone" forgets it.',
      'feature-flags.json sets LPD-10739, which no module declares. If it is a flag of your own, give it a title.',
      '"flagDefaults" in the configuration names strange, which nobody declares.',
    ]);
  });
});

describe('The chain of a flag', () => {
  const needs = (...dependsOn: string[]): FlagFileEntry => ({ title: 'T', enabled: true, dependsOn });

  it('has everything it depends on, each once, with its depth and who names it', () => {
    const file = { a: needs('b', 'c'), b: needs('d'), c: needs('d', 'ghost'), d: { title: 'D', enabled: false } };
    const { states } = resolveFlags(sources({ file }));
    expect(
      chainOf('a', states).map(({ key, of, depth, enabled, declared }) => [of, key, depth, enabled, declared]),
    ).to.deep.equal([
      ['a', 'b', 1, false, true],
      ['b', 'd', 2, false, true],
      ['a', 'c', 1, false, true],
      ['c', 'ghost', 2, false, false],
    ]);
    expect(states.get('d')?.dependents).to.deep.equal(['b', 'c']);
  });

  it('ends where a circle closes', () => {
    const { states } = resolveFlags(sources({ file: { a: needs('b'), b: needs('c'), c: needs('a') } }));
    expect(chainOf('a', states).map(({ key }) => key)).to.deep.equal(['b', 'c']);
  });

  it('is followed through two thousand flags', () => {
    const file = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`f${index}`, needs(`f${index + 1}`)]));
    const { states } = resolveFlags(sources({ file: { ...file, f2000: { title: 'Last', enabled: true } } }));
    expect([...states.values()].every(({ enabled }) => enabled)).to.equal(true);
    expect(chainOf('f0', states)).to.have.length(2000);
  });
});

describe('The environment of flags', () => {
  for (const [expected, words] of [
    [true, ['true', 'True', ' ON ', 'yes', '1', 'Enabled', 'ENABLE']],
    [false, ['false', 'False', 'OFF', ' no', '0', '\tdisabled\n', 'Disable']],
  ] as const)
    for (const word of words)
      it(`is locked ${expected ? 'on' : 'off'} by ${JSON.stringify(word)}, whatever the file says`, () => {
        const file = { 'LPD-1': { enabled: !expected } };
        const { states, problems } = resolveFlags(
          sources({ environment: { PORTICO_FLAG_LPD_1: word }, file, declarations: { 'LPD-1': declared() } }),
        );
        expect(states.get('LPD-1')).to.include({ enabled: expected, lockedBy: 'PORTICO_FLAG_LPD_1', origin: 'environment' });
        expect(problems).to.deep.equal([]);
      });

  for (const word of ['flase', 'maybe', ' ', '2', '"true"', 'true false'])
    it(`is locked off by ${JSON.stringify(word)}, which says neither, and the reason tells so`, () => {
      const environment = { PORTICO_FLAG_LPD_1: word };
      const { states } = resolveFlags(sources({ environment, file: { 'LPD-1': { enabled: true, title: 'One' } } }));
      expect(states.get('LPD-1')).to.include({
        enabled: false,
        lockedBy: 'PORTICO_FLAG_LPD_1',
        reason: `Locked off, because the environment variable PORTICO_FLAG_LPD_1 is "${word}", which says neither on nor off.`,
      });
      expect(readFlagEnvironment(environment).problems).to.deep.equal([
        `The environment variable PORTICO_FLAG_LPD_1 is "${word}", which says neither on nor off: the flag is locked off. Write true or false.`,
      ]);
    });

  it('is meant by a variable in another spelling of its name, too, and the one that forbids wins', () => {
    const environment = { 'PORTICO_FLAG_lpd-1': 'off', PORTICO_FLAG_LPD_1: 'on' };
    expect(readFlagEnvironment(environment)).to.deep.equal({
      locks: new Map([['PORTICO_FLAG_LPD_1', { enabled: false }]]),
      problems: [],
    });
  });

  it('is left alone by a variable that is empty, which is reported', () => {
    expect(readFlagEnvironment({ PORTICO_FLAG_A: '', PORTICO_FLAG_B: 'false', HOME: '/' })).to.deep.equal({
      locks: new Map([['PORTICO_FLAG_B', { enabled: false }]]),
      problems: ['The environment variable PORTICO_FLAG_A is empty, which says neither on nor off; nothing is locked.'],
    });
  });
});
