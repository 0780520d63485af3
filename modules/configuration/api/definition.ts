import { type ConditionalPoint, extensionPoint, type When } from '@portico/core';

interface FieldBase {
  /** Message keys, looked up in the contributing module. */
  readonly label: string;
  readonly help?: string;
  /** Message key of a heading: the field and those after it stand in one box below it. Default: with the field before it. */
  readonly group?: string;
  /** False: an instance field that sites cannot have. Default: what the definition's `scopes` say. */
  readonly siteOverridable?: boolean;
  /**
   * True: the field limits the site. On the screens of a site only who may change Instance Settings changes it; others read it there. A limit that
   * those whom it holds could lift would be none.
   */
  readonly limitsSite?: boolean;
  /**
   * `<module>.<key>` of the configuration file, below `modules`: where the deployment gave the value before it was a setting. It stays in force as
   * what the deployment says; where the field is named as a setting too, that counts.
   */
  readonly configKey?: string;
  /**
   * A view of the contributing module that takes the place of this field's control; the rest of the form stays. Its model is the
   * `FieldModel` of the form (`name`, `id`, `value`, `locked`, …); it must bring a control called `name`.
   */
  readonly view?: string;
}

/** Answers a message key of the contributing module when the value will not do, undefined when it is fine. */
export type Check<V> = (value: V) => string | undefined;

/** What text has to look like, as data. */
export interface TextPattern {
  /** A regular expression for the whole text, without `^` and `$`. */
  readonly matches: string;
  /** Message key of the sentence that says what is wrong. */
  readonly problem: string;
}

export interface TextField extends FieldBase {
  readonly type: 'text' | 'long-text' | 'url';
  readonly default: string;
  /** True: an empty text is refused. */
  readonly required?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: TextPattern;
  /** Suggestions; free text stays possible. */
  readonly suggestions?: readonly string[];
  /** Id of a `ChoiceProvider` that is asked for suggestions when the form is shown; whatever it answers, free text stays possible. */
  readonly suggestionsFrom?: string;
  readonly check?: Check<string>;
}

export interface NumberField extends FieldBase {
  readonly type: 'number';
  readonly default: number;
  readonly min?: number;
  readonly max?: number;
  /** True: no fractions. */
  readonly whole?: boolean;
  /** Word behind the field, a message key, e.g. seconds. */
  readonly unit?: string;
  /**
   * In force while what the environment or a file says cannot be read, in place of what is stored or the default: for numbers after which something is
   * deleted for good, e.g. the largest.
   */
  readonly whenUnreadable?: number;
  readonly check?: Check<number>;
}

/** A span of time, in seconds; people type `90 s`, `15 min`, `1 h 30 min`, `2 d`. */
export interface DurationField extends FieldBase {
  readonly type: 'duration';
  readonly default: number;
  readonly min?: number;
  readonly max?: number;
  readonly check?: Check<number>;
}

/** A number of bytes; people type `500 kB`, `10 MB`, `1 GiB`. */
export interface SizeField extends FieldBase {
  readonly type: 'size';
  readonly default: number;
  readonly min?: number;
  readonly max?: number;
  readonly check?: Check<number>;
}

export interface BooleanField extends FieldBase {
  readonly type: 'boolean';
  readonly default: boolean;
  /** `restrict`: a site can switch off what the instance switched on, and never the reverse. Default `override`. */
  readonly combine?: 'override' | 'restrict';
}

/** An option of a choice; the label is a message key. */
export interface FixedOption {
  readonly value: string;
  readonly label: string;
}

/** Options that stand in the definition, or the id of a `ChoiceProvider` that is asked when the form is shown, and may say what the default is. */
export type ChoiceSource =
  | { readonly options: readonly FixedOption[]; readonly provider?: undefined }
  | { readonly provider: string; readonly options?: undefined };

export type ChoiceField = FieldBase & ChoiceSource & { readonly type: 'choice'; readonly default: string };

/** Any number of options, in the order in which they were chosen or stand in the definition. */
export type MultipleChoiceField = FieldBase &
  ChoiceSource & {
    readonly type: 'multiple-choice';
    readonly default: readonly string[];
    readonly minItems?: number;
    readonly maxItems?: number;
  };

/** Texts, one to a line in the form. */
export interface ListField extends FieldBase {
  readonly type: 'list';
  readonly default: readonly string[];
  readonly items?: 'text' | 'url';
  readonly minItems?: number;
  readonly maxItems?: number;
  /** Of one item. */
  readonly maxLength?: number;
  /** Of one item. */
  readonly pattern?: TextPattern;
  readonly check?: Check<readonly string[]>;
}

/** Stored encrypted; never shown again. At site scope it is inherited, the site's own, or "none here". */
export interface SecretField extends FieldBase {
  readonly type: 'secret';
  /** Whether blanks and line ends around it, which come along when it is copied, are no part of it. Default: they are. */
  readonly trims?: boolean;
  /** Answers a message key when the value has the wrong shape, undefined when it is fine. Never echo the value. */
  readonly check?: Check<string>;
}

export type SettingsField =
  | TextField
  | NumberField
  | DurationField
  | SizeField
  | BooleanField
  | ChoiceField
  | MultipleChoiceField
  | ListField
  | SecretField;
export type SettingsFields = Readonly<Record<string, SettingsField>>;

/** A value as it is stored, exported and imported; secrets have none. */
export type SettingValue = string | number | boolean | readonly string[];

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

type OptionOf<F> = F extends { readonly options: readonly { readonly value: infer V }[] } ? V : string;

/** What a field's value is for code: options of a choice are known by name. */
export type FieldValue<F extends SettingsField> = F extends { readonly type: 'boolean' }
  ? boolean
  : F extends { readonly type: 'number' | 'duration' | 'size' }
    ? number
    : F extends { readonly type: 'secret' }
      ? SecretState
      : F extends { readonly type: 'list' }
        ? readonly string[]
        : F extends { readonly type: 'multiple-choice' }
          ? readonly OptionOf<F>[]
          : F extends { readonly type: 'choice' }
            ? OptionOf<F>
            : string;

/** What can be stored in a field: its value; of a secret the text itself. */
export type FieldInput<F extends SettingsField> = F extends { readonly type: 'secret' } ? string : FieldValue<F>;

/** The values of a definition, by field. */
export type SettingsValues<F extends SettingsFields> = { readonly [K in keyof F]: FieldValue<F[K]> };

/** Where among the settings an entry stands. */
export type SettingsSection = 'content-and-data' | 'platform' | 'security';

/** A form's worth of settings, as data. */
export interface SettingsDefinition<F extends SettingsFields = SettingsFields> {
  /** kebab-case, e.g. `ai-creator`; unique in the portal. */
  readonly id: string;
  readonly section: SettingsSection;
  /** Message key, looked up in the contributing module. */
  readonly title: string;
  readonly description?: string;
  /** Where there is a form. `site` needs `instance`. */
  readonly scopes: readonly ('instance' | 'site')[];
  readonly fields: F;
}

/** Defaults of choices must be among their options. */
export type OfferedDefaults<F extends SettingsFields> = {
  readonly [K in keyof F]: F[K] extends { readonly type: 'choice' }
    ? { readonly default: OptionOf<F[K]> }
    : F[K] extends { readonly type: 'multiple-choice' }
      ? { readonly default: readonly OptionOf<F[K]>[] }
      : unknown;
};

/** Keeps the types of the fields. */
export function defineSettings<const F extends SettingsFields>(
  definition: SettingsDefinition<F> & { readonly fields: OfferedDefaults<F> },
): SettingsDefinition<F> {
  return definition;
}

/**
 * Definitions by module. The `when` of the contribution decides whether a page exists for a person: its form, its history and reset, what it
 * differs in, and what stands in the files that the person exports or imports on the screen, where a hidden page is like one that nobody
 * contributes. It does not decide what is in force: values stay stored, code reads them by `Settings`, and the operator's commands
 * (`settings get`, `set`, `unset`, `export`, `import`, `undo`) and `doctor` reach every page, because a portal is set up before it is switched on.
 * What an import changed, its undo puts back, whole.
 */
export const SettingsDefinitions: ConditionalPoint<SettingsDefinition> = extensionPoint('configuration.settings-definitions', {
  requires: { id: 'text', section: 'text', title: 'text', scopes: 'list', fields: 'object' },
  conditional: true,
  called: 'point.settings-page',
});

export type { When };
