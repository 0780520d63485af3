import { type AccessContext, DisposableStore, Emitter, type Messages, type Scope } from '@portico/core';
import { expect } from 'chai';
import { defineSettings, type SettingsDefinition } from '../api/index.js';
import { DefinitionSettings } from '../services/definition-settings.js';
import type { DeployedValue, StoredValue } from '../services/resolve-field.js';
import { SettingCriterion } from '../services/setting-criterion.js';
import { SettingPresenter } from '../services/setting-presenter.js';

const definition = defineSettings({
  id: 'lamp-room',
  section: 'platform',
  title: 'title',
  scopes: ['instance', 'site'],
  fields: {
    lamp: { type: 'boolean', label: 'Lamp', default: false, combine: 'restrict' },
    name: { type: 'text', label: 'Name', default: 'x' },
  },
});

interface Says {
  readonly instance?: boolean;
  readonly site?: boolean;
  readonly locked?: DeployedValue;
}

/** A criterion over values that were said, with words that show their keys and values. */
function criterionOf({ instance, site, locked }: Says): {
  readonly criterion: SettingCriterion;
  readonly changed: Emitter<never>;
  readonly lifetime: DisposableStore;
} {
  const messages: Messages = {
    text: (key, values) => (values ? `${key}(${Object.values(values).join('; ')})` : key),
    compiled: String,
  };
  const value = (say: boolean | undefined): ReadonlyMap<string, StoredValue> =>
    new Map(say === undefined ? [] : [['lamp', { kind: 'value', value: say }]]);
  const handle = new DefinitionSettings(definition as SettingsDefinition, {
    stored: {
      get: (_id: string, scope: string) => (scope === 'instance' ? value(instance) : value(site)),
      scopesOf: () => ['instance', 'here'],
      listen: () => {},
    } as never,
    deployment: { find: (_id: string, name: string) => (name === 'lamp' ? locked : undefined), lockOf: () => undefined } as never,
    references: {} as never,
    choices: { askAll: async () => new Map(), withPreset: (field: unknown) => field } as never,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    problemText: () => '',
  });
  const registry = {
    contribution: (id: string) => (id === definition.id ? { moduleOf: () => 'm', value: definition } : undefined),
    handle: () => handle,
  };
  const changed = new Emitter<never>();
  const lifetime = new DisposableStore();
  const criterion = new SettingCriterion(
    registry as never,
    new SettingPresenter(
      { for: () => messages, nameOf: (module) => module, languages: () => ['en'], sentence: String },
      messages,
      {} as never,
    ),
    { get: () => undefined },
    { onDidChange: changed.event } as never,
    lifetime,
  );
  return { criterion, changed, lifetime };
}

const at = (scope: Scope): AccessContext => ({ scope, locale: 'en' }) as AccessContext;
const here = at({ kind: 'site', siteId: 'here' });
const subject = 'lamp-room.lamp';

describe('`when: { setting }`', () => {
  it('holds when the value is true in the scope of the request', () => {
    const { criterion } = criterionOf({ instance: true, site: false });
    expect([criterion.holds(subject, at({ kind: 'instance' })), criterion.holds(subject, here)]).to.deep.equal([true, false]);
  });

  it('does not hold for what nobody contributes, and for values that are not true', () => {
    const { criterion } = criterionOf({ instance: true });
    const subjects = ['lamp-room.ghost', 'ghost.lamp', 'lamp', '', 'lamp-room.name', 'lamp-room.__proto__'];
    expect(subjects.filter((each) => criterion.holds(each, here))).to.deep.equal([]);
    expect(criterion.explain('ghost.lamp', here)).to.deep.equal({
      criterion: 'setting',
      subject: 'ghost.lamp',
      met: false,
      reason: 'criterion.unknown(ghost.lamp)',
    });
  });

  it('explains the value, its origin, and the page of the scope that decides', () => {
    const explain = (says: Says): unknown => {
      const { met, reason, href, hrefPermission } = criterionOf(says).criterion.explain(subject, here);
      return { met, reason, href, hrefPermission };
    };
    const reason = (value: string, origin: string): string =>
      `criterion.reason(Lamp; origin.in-force(value.${value}; origin.${origin}))`;
    const instance = {
      href: '/configuration/instance-settings/lamp-room',
      hrefPermission: 'configuration.manage-instance-settings',
    };
    const site = { href: '~/configuration/site-settings/lamp-room', hrefPermission: 'configuration.manage-site-settings' };
    expect(explain({ instance: true, site: false })).to.deep.equal({ met: false, reason: reason('off', 'site'), ...site });
    expect(explain({ instance: false, site: true })).to.deep.equal({
      met: false,
      reason: reason('off', 'instance'),
      ...instance,
    });
    expect(explain({})).to.deep.equal({ met: false, reason: reason('off', 'default'), ...instance });
    expect(explain({ instance: true })).to.deep.equal({ met: true, reason: reason('on', 'instance'), ...instance });
  });

  it('names what locks the value instead of a page', () => {
    const locked: DeployedValue = { value: false, origin: 'environment', label: 'PORTICO_SETTING_X', locked: true };
    const step = criterionOf({ instance: true, locked }).criterion.explain(subject, here);
    expect([step.met, step.changeableBy, step.href]).to.deep.equal([false, 'criterion.locked(PORTICO_SETTING_X)', undefined]);
  });

  it('listens to the definitions as long as it lives', async () => {
    const { changed, lifetime } = criterionOf({});
    expect(changed.listenerCount).to.equal(1);
    await lifetime.dispose();
    expect(changed.listenerCount).to.equal(0);
  });
});
