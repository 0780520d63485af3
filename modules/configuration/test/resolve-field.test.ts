import { expect } from 'chai';
import type { BooleanField, SecretField, SettingsField, TextField } from '../api/index.js';
import { type DeployedValue, type FieldSources, resolveField, type StoredValue } from '../services/resolve-field.js';

type Say = boolean | undefined;
const says: readonly Say[] = [undefined, false, true];
const stored = (value: Say): StoredValue | undefined => (value === undefined ? undefined : { kind: 'value', value });
const deployed = (value: Say, locked: boolean): DeployedValue | undefined =>
  value === undefined ? undefined : { value, origin: 'environment', label: 'PORTICO_SETTING_A_B', locked };
const word = (say: Say): string => (say === undefined ? '-' : say ? 'on' : 'off');

const field = (combine: 'override' | 'restrict', byDefault: boolean): BooleanField => ({
  type: 'boolean',
  label: 'x',
  default: byDefault,
  combine,
});

describe('A setting at a site', () => {
  for (const combine of ['override', 'restrict'] as const) {
    for (const locked of [false, true]) {
      for (const deployment of says) {
        for (const instance of says) {
          for (const site of says) {
            if (locked && deployment === undefined) continue;
            const fromInstance = locked ? deployment : (instance ?? deployment ?? false);
            const overridden = site ?? fromInstance;
            const expected = locked ? fromInstance : combine === 'restrict' ? fromInstance && site !== false : overridden;
            const sources = `${locked ? 'a lock on' : 'deployment'} ${word(deployment)}, instance ${word(instance)}, site ${word(site)}`;
            it(`that is to ${combine} is ${word(expected)} with ${sources}`, () => {
              const resolved = resolveField(
                field(combine, false),
                { deployed: deployed(deployment, locked), instance: stored(instance), site: stored(site) },
                'site',
              );
              expect({
                value: resolved.value,
                own: resolved.own,
                inherited: resolved.inherited,
                lockedBy: resolved.lockedBy,
              }).to.deep.equal({
                value: expected,
                own: site,
                inherited: fromInstance,
                lockedBy: locked ? 'PORTICO_SETTING_A_B' : undefined,
              });
            });
          }
        }
      }
    }
  }

  it('names the scope that decides', () => {
    const origin = (instance: Say, site: Say): string =>
      resolveField(field('restrict', true), { deployed: undefined, instance: stored(instance), site: stored(site) }, 'site')
        .origin;
    expect([
      origin(undefined, undefined),
      origin(true, undefined),
      origin(true, false),
      origin(true, true),
      origin(false, false),
    ]).to.deep.equal(['default', 'instance', 'site', 'site', 'instance']);
  });

  it('is the instance’s when sites cannot have the field', () => {
    const closed: TextField = { type: 'text', label: 'x', default: 'a', siteOverridable: false };
    const value: StoredValue = { kind: 'value', value: 'site' };
    expect(resolveField(closed, { deployed: undefined, instance: undefined, site: value }, 'site')).to.include({
      value: 'a',
      origin: 'default',
    });
  });
});

describe('A setting of the instance', () => {
  const text: TextField = { type: 'text', label: 'x', default: 'default' };
  const value = (say: string): StoredValue => ({ kind: 'value', value: say });
  const file: DeployedValue = { value: 'file', origin: 'file', label: 'config/*.json', locked: false };
  const table: readonly (readonly [FieldSources['deployed'], StoredValue | undefined, string, string])[] = [
    [undefined, undefined, 'default', 'default'],
    [file, undefined, 'file', 'file'],
    [undefined, value('instance'), 'instance', 'instance'],
    [file, value('instance'), 'instance', 'instance'],
    [{ ...file, locked: true }, value('instance'), 'file', 'file'],
  ];
  for (const [deployment, instance, expected, origin] of table) {
    it(`is "${expected}" by the ${origin}${deployment?.locked ? ', locked' : ''}`, () => {
      const sources = { deployed: deployment, instance, site: undefined };
      expect(resolveField(text, sources, 'instance')).to.include({ value: expected, origin });
    });
  }
});

describe('A secret', () => {
  const secret: SecretField = { type: 'secret', label: 'x' };
  const own = (lastFour: string): StoredValue => ({
    kind: 'secret',
    sealed: 'sealed',
    state: { isSet: true, readable: true, lastFour },
  });
  const variable: DeployedValue = {
    value: 'sk-0123456789-envi',
    origin: 'environment',
    label: 'PORTICO_SETTING_A_KEY',
    locked: false,
  };
  const suppliedBy = (
    sources: Partial<FieldSources>,
    scope: 'instance' | 'site',
    definition: SettingsField = secret,
  ): unknown => {
    const { value, origin } = resolveField(
      definition,
      { deployed: undefined, instance: undefined, site: undefined, ...sources },
      scope,
    );
    const { isSet, suppliedBy: by, lastFour } = value as { isSet: boolean; suppliedBy?: string; lastFour?: string };
    return [isSet, by, lastFour, origin];
  };

  it('is the site’s own, else the instance’s, else the environment’s, unless the site says none', () => {
    const all = { deployed: variable, instance: own('inst'), site: own('site') };
    expect(suppliedBy(all, 'site')).to.deep.equal([true, 'site', 'site', 'site']);
    expect(suppliedBy({ ...all, site: undefined }, 'site')).to.deep.equal([true, 'instance', 'inst', 'instance']);
    expect(suppliedBy({ ...all, site: { kind: 'none' } }, 'site')).to.deep.equal([false, undefined, undefined, 'site']);
    expect(suppliedBy({ ...all, instance: undefined, site: undefined }, 'site')).to.deep.equal([
      true,
      'environment',
      'envi',
      'environment',
    ]);
    expect(suppliedBy({}, 'site')).to.deep.equal([false, undefined, undefined, 'default']);
    expect(suppliedBy(all, 'instance')).to.deep.equal([true, 'instance', 'inst', 'instance']);
  });

  it('shows none of a short one', () => {
    expect(suppliedBy({ deployed: { ...variable, value: 'short' } }, 'instance')).to.deep.equal([
      true,
      'environment',
      undefined,
      'environment',
    ]);
  });
});
