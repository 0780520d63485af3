import type { Scope } from '@portico/core';
import type {
  SecretState,
  SettingsDefinition,
  SettingsFields,
  SettingsHandle,
  SettingsPatch,
  SettingsValues,
  UsableSecret,
} from '../api/index.js';
import { readValue } from './read-value.js';
import { isReference, type SecretReferences } from './secret-references.js';

/** A form as if it had been saved. What does not fit its field is left as it is stored. */
export class SettingsPreview {
  readonly values: SettingsValues<SettingsFields>;

  constructor(
    private readonly definition: SettingsDefinition,
    private readonly handle: SettingsHandle<SettingsFields>,
    private readonly scope: Scope,
    private readonly patch: SettingsPatch,
    private readonly references: SecretReferences,
  ) {
    const inForce = handle.get(scope);
    this.values = Object.freeze(
      Object.fromEntries(Object.keys(definition.fields).map((name) => [name, this.value(name, inForce[name])])),
    ) as SettingsValues<SettingsFields>;
  }

  secret(name: string): UsableSecret | undefined {
    const change = this.patch[name];
    if (this.definition.fields[name]?.type !== 'secret' || change === 'none') return undefined;
    if (typeof change === 'object') {
      const typed = String(change.set);
      if (!isReference(typed)) return { value: typed, from: 'typed' };
      const resolved =
        this.scope.kind === 'site' && !this.references.allowedAtSites ? undefined : this.references.resolve(typed.trim());
      return resolved?.ok ? { value: resolved.value, from: 'typed' } : undefined;
    }
    const scope: Scope = change === 'inherit' && this.scope.kind === 'site' ? { kind: 'instance' } : this.scope;
    if (change === 'inherit' && this.scope.kind === 'instance') return undefined;
    const value = this.handle.secret(scope, name);
    const { suppliedBy } = this.handle.get(scope)[name] as SecretState;
    return value === undefined || suppliedBy === undefined ? undefined : { value, from: suppliedBy };
  }

  private value(name: string, inForce: unknown): unknown {
    const change = this.patch[name];
    const field = this.definition.fields[name];
    if (!field || field.type === 'secret' || change === undefined || change === 'none') return inForce;
    if (change === 'inherit') return this.handle.resolve(this.scope, name).inherited;
    const read = readValue(field, change.set);
    return read.ok ? read.value : inForce;
  }
}
