import { type ExtensionPoint, extensionPoint, type When } from '@portico/core';

interface FieldBase {
  /** Message keys, looked up in the contributing module. */
  readonly label: string;
  readonly help?: string;
  /** False: an instance field that sites cannot have. Default: what the definition's `scopes` say. */
  readonly siteOverridable?: boolean;
}

export interface TextField extends FieldBase {
  readonly type: 'text' | 'long-text' | 'url';
  readonly default: string;
  readonly maxLength?: number;
  /** Suggestions; free text stays possible. */
  readonly suggestions?: readonly string[];
  /** Answers a message key of the contributing module when the text will not do, undefined when it is fine. */
  readonly check?: (value: string) => string | undefined;
}

export interface NumberField extends FieldBase {
  readonly type: 'number';
  readonly default: number;
  readonly min?: number;
  readonly max?: number;
  /** Word behind the field, a message key, e.g. seconds. */
  readonly unit?: string;
}

export interface BooleanField extends FieldBase {
  readonly type: 'boolean';
  readonly default: boolean;
  /** `restrict`: a site can switch off what the instance switched on, and never the reverse. Default `override`. */
  readonly combine?: 'override' | 'restrict';
}

export interface ChoiceField extends FieldBase {
  readonly type: 'choice';
  readonly default: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

/** Stored encrypted; never shown again. At site scope it is inherited, the site's own, or "none here". */
export interface SecretField extends FieldBase {
  readonly type: 'secret';
  /** Answers a message key when the value has the wrong shape, undefined when it is fine. Never echo the value. */
  readonly check?: (value: string) => string | undefined;
}

export type SettingsField = TextField | NumberField | BooleanField | ChoiceField | SecretField;
export type SettingsFields = Readonly<Record<string, SettingsField>>;

/** What is known of a secret without reading it. */
export interface SecretState {
  readonly isSet: boolean;
  /** False when it is there and cannot be decrypted (wrong master key). */
  readonly readable: boolean;
  readonly lastFour?: string;
  /** Where the deployment keeps it, when a reference stands here in place of a secret: `env:NAME` or `file:/path`. */
  readonly reference?: string;
  /** Why the reference leads to nothing that can be used. */
  readonly referenceProblem?: 'not-allowed' | 'missing' | 'not-readable' | 'too-large' | 'empty' | 'unfit';
  readonly setAt?: Date;
  /** Name of the person who set it. */
  readonly setBy?: string;
  /** Which scope supplies it. */
  readonly suppliedBy?: 'instance' | 'site' | 'environment';
}

export type FieldValue<F extends SettingsField> = F extends BooleanField
  ? boolean
  : F extends NumberField
    ? number
    : F extends SecretField
      ? SecretState
      : string;

/** The values of a definition, by field. */
export type SettingsValues<F extends SettingsFields> = { readonly [K in keyof F]: FieldValue<F[K]> };

/** A form's worth of settings, as data. */
export interface SettingsDefinition<F extends SettingsFields = SettingsFields> {
  /** kebab-case, e.g. `ai-creator`; unique in the house. */
  readonly id: string;
  readonly section: 'content-and-data' | 'platform' | 'security';
  /** Message key, looked up in the contributing module. */
  readonly title: string;
  readonly description?: string;
  /** Where there is a form. `site` needs `instance`. */
  readonly scopes: readonly ('instance' | 'site')[];
  readonly fields: F;
}

/** Keeps the types of the fields. */
export function defineSettings<const F extends SettingsFields>(definition: SettingsDefinition<F>): SettingsDefinition<F> {
  return definition;
}

/**
 * Definitions by module. The `when` of the contribution decides whether the pages exist; stored values stay stored.
 */
export const SettingsDefinitions: ExtensionPoint<SettingsDefinition> = extensionPoint('configuration.settings-definitions');

export type { When };
