import { expect } from 'chai';
import { readFlagEnvironment } from '../../flags/flag-environment.js';
import type { FlagFileEntry } from '../../flags/flag-file.js';
import { type DeclaredFlag, type FlagSources, resolveFlags } from '../../flags/resolve-flags.js';

type Say = boolean | undefined;

const declared = (value?: Partial<DeclaredFlag>): DeclaredFlag => ({ type: 'release', title: 'A flag', ...value });

function sources(parts: {
  environment?: Record<string, string>;
  overrides?: Record<string, boolean>;
  file?: Record<string, FlagFileEntry>;
  declarations?: Record<string, DeclaredFlag>;
}): FlagSources {
  const overrides = Object.entries(parts.overrides ?? {}).map(
    ([key, enabled]) => [key, { enabled, setBy: 'Ada', setAt: '2026-11-22T10:00:00.000Z' }] as const,
  );
  return {
    environment: readFlagEnvironment(parts.environment ?? {}),
    overrides: new Map(overrides),
    file: new Map(Object.entries(parts.file ?? {})),
    fileName: 'feature-flags.json',
    declarations: new Map(Object.entries(parts.declarations ?? {})),
  };
}

describe('The value of a feature flag', () => {
  const says: readonly Say[] = [undefined, false, true];
  for (const environment of says) {
    for (const instance of says) {
      for (const file of says) {
        for (const declaration of says) {
          const wins = [environment, instance, file, declaration].findIndex((say) => say !== undefined);
          const expected = [environment, instance, file, declaration][wins] ?? false;
          const origin = ['environment', 'instance', 'file', 'declaration'][wins] ?? 'declaration';
          const name = [environment, instance, file, declaration].map((say) => say ?? '-').join(', ');
          it(`is ${expected} by the ${origin} when environment, instance, file and declaration say ${name}`, () => {
            const { states } = resolveFlags(
              sources({
                environment: environment === undefined ? {} : { PORTICO_FLAG_LPD_1: String(environment) },
                overrides: instance === undefined ? {} : { 'LPD-1': instance },
                file: file === undefined ? {} : { 'LPD-1': { enabled: file } },
                declarations: { 'LPD-1': declared(declaration === undefined ? {} : { default: declaration }) },
              }),
            );
            const state = states.get('LPD-1');
            expect({ enabled: state?.enabled, origin: state?.origin, lockedBy: state?.lockedBy }).to.deep.equal({
              enabled: expected,
              origin,
              lockedBy: environment === undefined ? undefined : 'PORTICO_FLAG_LPD_1',
            });
          });
        }
      }
    }
  }

  it('names every source that has a say, the strongest first', () => {
    const { states } = resolveFlags(
      sources({
        environment: { PORTICO_FLAG_LPD_1: 'true' },
        overrides: { 'LPD-1': false },
        file: { 'LPD-1': { enabled: true } },
        declarations: { 'LPD-1': declared({ module: 'shop' }) },
      }),
    );
    expect(states.get('LPD-1')?.sources).to.deep.equal([
      { origin: 'environment', enabled: true, label: 'the environment variable PORTICO_FLAG_LPD_1' },
      { origin: 'instance', enabled: false, label: 'this instance (Ada, 2026-11-22)' },
      { origin: 'file', enabled: true, label: 'feature-flags.json' },
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
    const on = (dependsOn: readonly string[]): FlagFileEntry => ({ enabled: true, dependsOn });
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
    const on = (dependsOn: readonly string[]): FlagFileEntry => ({ enabled: true, dependsOn });
    const { states } = resolveFlags(sources({ file: { a: on(['b', 'c']), b: on(['d']), c: on(['d']), d: on(['a']) } }));
    expect([...states.values()].some(({ enabled }) => enabled)).to.equal(false);
  });
});

describe('The environment of flags', () => {
  it('takes true and false only, and names what it ignores', () => {
    expect(readFlagEnvironment({ PORTICO_FLAG_A: 'yes', PORTICO_FLAG_B: 'false', HOME: '/' })).to.deep.equal({
      locks: new Map([['PORTICO_FLAG_B', false]]),
      problems: ['The environment variable PORTICO_FLAG_A must be true or false; it is ignored.'],
    });
  });

  it('reports a variable that names no flag', () => {
    expect(resolveFlags(sources({ environment: { PORTICO_FLAG_TYPO: 'true' } })).problems).to.deep.equal([
      'The environment variable PORTICO_FLAG_TYPO names no known feature flag.',
    ]);
  });
});
