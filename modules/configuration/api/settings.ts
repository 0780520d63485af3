import { type AuditVia, type Event, type Person, type Scope, type ServiceToken, serviceToken } from '@portico/core';
import type { SettingsAddition } from './additions.js';
import type { FieldInput, SettingsDefinition, SettingsField, SettingsFields, SettingsValues } from './definition.js';

export type SettingOrigin = 'default' | 'file' | 'environment' | 'instance' | 'site';

/** A value and where it comes from; `own` is what this very scope stores, undefined when it inherits. */
export interface ResolvedSetting {
  readonly value: unknown;
  readonly origin: SettingOrigin;
  readonly own: unknown;
  /** What the value would be without the own one. */
  readonly inherited: unknown;
  readonly inheritedOrigin: SettingOrigin;
  /** Name of the variable or file that locks it, when one does. */
  readonly lockedBy?: string;
  /** Everything that says something about the field, strongest first; exactly one wins. */
  readonly sources: readonly SettingSource[];
}

/** One place that says something about a field. */
export interface SettingSource {
  readonly origin: SettingOrigin;
  /** Of a secret its `SecretState`, or `none`. */
  readonly value: unknown;
  /** Name of the variable or file, of what the deployment says. */
  readonly place?: string;
  readonly wins: boolean;
}

export interface SettingsChange {
  readonly scope: Scope;
  readonly fields: readonly string[];
}

type FieldPatch<F extends SettingsField> =
  | { readonly set: FieldInput<F> }
  | 'inherit'
  | (F extends { readonly type: 'secret' } ? 'none' : never);

/** What to store: a value; `inherit` to forget the own one; for secrets `none` says "no key here" at site scope. */
export type SettingsPatch<F extends SettingsFields = SettingsFields> = { readonly [K in keyof F]?: FieldPatch<F[K]> };

/** The settings of one definition. Reads are memory reads; the answer is frozen and shared until something changes. */
export interface SettingsHandle<F extends SettingsFields> {
  get(scope: Scope): SettingsValues<F>;
  resolve(scope: Scope, field: keyof F & string): ResolvedSetting;
  /** Uses a secret for the length of a call; do not keep it. Undefined when none is set, is readable, or applies here. */
  secret(scope: Scope, field: keyof F & string): string | undefined;
  /** Grows with each save of the scope; a form sends it back so that two editors notice each other. */
  revision(scope: Scope): number;
  /**
   * All or nothing, durable and in force when the promise resolves.
   * @param expected the revision the form was made from; left out by programs that do not care.
   * @param via where the change comes from, for the audit log; default `system`: a module on its own.
   * @throws PortalError `invalid-input` (400) with fields, `settings-conflict` (409), `setting-locked` (409).
   */
  save(scope: Scope, patch: SettingsPatch<F>, by: Person, expected?: number, via?: AuditVia): Promise<void>;
  readonly onDidChange: Event<SettingsChange>;
}

/** A definition that is there, with the fields that other modules bring to its page. */
export interface SettingsEntry {
  readonly definition: SettingsDefinition;
  readonly handle: SettingsHandle<SettingsFields>;
  /** The module that brings a field; undefined for a name that is none. */
  moduleOf(field: string): string | undefined;
}

/** Values of settings, of the instance and of each site, as they are in force. Reads are memory reads. */
export interface Settings {
  /** Of a definition, or of what a module adds to the page of another; what others add is part of the same handle. */
  of<F extends SettingsFields>(definition: SettingsDefinition<F> | SettingsAddition<F>): SettingsHandle<F>;
  /** For code that knows a definition by its id only; undefined while nobody contributes it. */
  byId(id: string): SettingsEntry | undefined;
}
export const Settings: ServiceToken<Settings> = serviceToken('configuration.settings');
