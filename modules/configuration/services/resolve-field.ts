import type { ResolvedSetting, SecretState, SettingOrigin, SettingSource, SettingsField, SettingValue } from '../api/index.js';

/** What a scope stores of a field, as it is kept in memory: secrets stay sealed. */
export type StoredValue =
  | { readonly kind: 'value'; readonly value: SettingValue }
  | { readonly kind: 'secret'; readonly sealed: string; readonly state: SecretState }
  | { readonly kind: 'reference'; readonly reference: string; readonly state: SecretState }
  | { readonly kind: 'none' };

/** What the deployment says of a field. */
export interface DeployedValue {
  readonly value: SettingValue;
  readonly origin: 'file' | 'environment';
  /** Name of the variable or file. */
  readonly label: string;
  /** True when instance and sites may not say otherwise. */
  readonly locked: boolean;
}

export interface FieldSources {
  readonly deployed: DeployedValue | undefined;
  /** What locks a field of which the deployment gives no value: what is stored, or the default, stays in force. */
  readonly lock?: string | undefined;
  readonly instance: StoredValue | undefined;
  readonly site: StoredValue | undefined;
}

interface Layer {
  readonly value: unknown;
  readonly origin: SettingOrigin;
}

const noSecret: SecretState = Object.freeze({ isSet: false, readable: true });

/** A pure function: site -> instance -> deployment -> default, unless the deployment locks the field. */
export function resolveField(field: SettingsField, sources: FieldSources, scope: 'instance' | 'site'): ResolvedSetting {
  const { deployed } = sources;
  const base: Layer = deployed
    ? { value: field.type === 'secret' ? deployedSecret(deployed) : deployed.value, origin: deployed.origin }
    : defaultOf(field);
  const lockedBy = deployed?.locked ? deployed.label : sources.lock;
  const lock = lockedBy === undefined ? {} : { lockedBy };
  const instance = deployed?.locked ? base : layerOf(sources.instance, 'instance', base);
  if (scope === 'instance') {
    return {
      ...instance,
      own: ownOf(sources.instance, 'instance'),
      inherited: base.value,
      inheritedOrigin: base.origin,
      ...lock,
      sources: sourcesOf(field, { ...sources, site: undefined }, instance.origin),
    };
  }
  const open = !deployed?.locked && field.siteOverridable !== false;
  const site = open ? restrictOrOverride(field, sources.site, instance) : instance;
  return {
    ...site,
    own: ownOf(sources.site, 'site'),
    inherited: instance.value,
    inheritedOrigin: instance.origin,
    ...lock,
    sources: sourcesOf(field, field.siteOverridable === false ? { ...sources, site: undefined } : sources, site.origin),
  };
}

/** All that is said, strongest first: a lock puts the deployment before instance and site. */
function sourcesOf(
  field: SettingsField,
  { deployed, instance, site }: FieldSources,
  winner: SettingOrigin,
): readonly SettingSource[] {
  const said = ([origin, own]: readonly ['site' | 'instance', StoredValue | undefined]): readonly SettingSource[] =>
    own ? [{ origin, value: ownOf(own, origin), wins: origin === winner }] : [];
  const stored = [...said(['site', site]), ...said(['instance', instance])];
  const deployment: readonly SettingSource[] = deployed
    ? [
        {
          origin: deployed.origin,
          value: field.type === 'secret' ? deployedSecret(deployed) : deployed.value,
          place: deployed.label,
          wins: deployed.origin === winner,
        },
      ]
    : [];
  const byDefault = { ...defaultOf(field), wins: winner === 'default' };
  return deployed?.locked ? [...deployment, ...stored, byDefault] : [...stored, ...deployment, byDefault];
}

function defaultOf(field: SettingsField): Layer {
  return { value: field.type === 'secret' ? noSecret : field.default, origin: 'default' };
}

function restrictOrOverride(field: SettingsField, own: StoredValue | undefined, inherited: Layer): Layer {
  const off = field.type === 'boolean' && field.combine === 'restrict' && inherited.value === false;
  return off ? inherited : layerOf(own, 'site', inherited);
}

function layerOf(own: StoredValue | undefined, origin: 'instance' | 'site', below: Layer): Layer {
  if (!own) return below;
  if (own.kind === 'none') return { value: noSecret, origin };
  return { value: ownOf(own, origin), origin };
}

function ownOf(own: StoredValue | undefined, suppliedBy: 'instance' | 'site'): unknown {
  if (!own) return undefined;
  if (own.kind === 'none') return 'none';
  return own.kind === 'value' ? own.value : { ...own.state, suppliedBy };
}

function deployedSecret({ value }: DeployedValue): SecretState {
  return { isSet: true, readable: true, suppliedBy: 'environment', ...lastFourOf(String(value)) };
}

/** The last four characters, unless they would be much of the secret. */
export function lastFourOf(secret: string): { readonly lastFour?: string } {
  return secret.length >= 12 ? { lastFour: secret.slice(-4) } : {};
}
