import type { ResolvedSetting, SecretState, SettingsField } from '../api/index.js';
import type { SettingWords } from '../services/setting-words.js';
import { type FormField, type PostedForm, shownState, shownValue, tickOf } from './posted-settings.js';

/** What the view needs of one field. Words are ready; nothing in here holds a secret. */
export interface FieldModel {
  readonly name: string;
  readonly id: string;
  readonly kind: 'checkbox' | 'secret' | 'select' | 'textarea' | 'input';
  readonly type?: 'text' | 'url' | 'number';
  readonly label: string;
  readonly help?: string;
  readonly unit?: string;
  readonly value?: string;
  readonly checked?: boolean;
  readonly options?: readonly Option[];
  readonly suggestions?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly maxLength?: number;
  readonly was: string;
  /** Where the value comes from, and the value itself where the control does not show it. */
  readonly state: string;
  /** What would be in force without the own value. */
  readonly otherwise?: string;
  readonly locked: boolean;
  readonly error?: string;
  /** What somebody else stored meanwhile. */
  readonly conflict?: string;
  readonly modes?: readonly Option[];
  readonly modeLabel?: string;
  readonly inheritedTick?: 'on' | 'off';
  readonly secret?: SecretModel;
  readonly resettable: boolean;
}

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly selected: boolean;
}

export interface SecretModel {
  readonly isSet: boolean;
  readonly unreadable: boolean;
  /** Why the reference that stands here cannot be used. */
  readonly lost?: string;
  readonly lastFour?: string;
  readonly setAt?: Date;
  readonly setBy?: string;
  readonly removable: boolean;
}

export interface FormParts {
  readonly words: SettingWords;
  readonly module: string;
  readonly locale: string;
  readonly scope: 'instance' | 'site';
  /** What was typed into a form that is shown again. */
  readonly typed?: PostedForm;
  readonly errors?: Readonly<Record<string, string>>;
  /** True when somebody else saved meanwhile: fields that were touched show both values. */
  readonly conflict?: boolean;
}

export function fieldModels(fields: readonly FormField[], parts: FormParts): readonly FieldModel[] {
  return fields.map((field) => new FieldForm(field, parts).model());
}

class FieldForm {
  private readonly field: SettingsField;
  private readonly resolved: ResolvedSetting;
  private readonly name: string;
  private readonly typed: string | undefined;
  private readonly touched: boolean;

  constructor(
    private readonly formField: FormField,
    private readonly parts: FormParts,
  ) {
    this.field = formField.field;
    this.resolved = formField.resolved;
    this.name = formField.name;
    this.touched = this.wasTouched();
    this.typed = this.touched ? this.posted() : undefined;
  }

  model(): FieldModel {
    const { words, module, locale, errors, scope } = this.parts;
    const { field, resolved, name } = this;
    const own = resolved.own !== undefined;
    return {
      name,
      id: `setting-${name}`,
      label: words.theirs(module, field.label, locale),
      ...(field.help ? { help: words.theirs(module, field.help, locale) } : {}),
      was: shownState(this.formField, scope),
      state: this.state(),
      ...(own && !resolved.lockedBy && !isMissing(resolved.inherited) ? { otherwise: this.otherwise() } : {}),
      locked: resolved.lockedBy !== undefined,
      ...(errors?.[name] ? { error: errors[name] } : {}),
      ...this.conflict(),
      ...this.control(),
      resettable: scope === 'instance' && own && field.type !== 'secret' && !resolved.lockedBy,
    };
  }

  private state(): string {
    const { words, module, locale, scope } = this.parts;
    const { field, resolved } = this;
    const shown = field.type !== 'secret' && !this.touched && (scope === 'instance' || field.type !== 'boolean');
    if (isMissing(resolved.value) && resolved.origin === 'default') return words.value(module, field, resolved.value, locale);
    if (!shown || resolved.lockedBy) {
      return words.ours('settings.in-force', { value: words.inForce(module, field, resolved, locale) }, locale);
    }
    return words.ours(`settings.state.${resolved.own === undefined ? resolved.origin : 'here'}`, undefined, locale);
  }

  private control(): Pick<FieldModel, 'kind'> & Partial<FieldModel> {
    const { field } = this;
    const site = this.parts.scope === 'site';
    switch (field.type) {
      case 'boolean':
        return { kind: 'checkbox', checked: this.isChecked(), ...(site ? { ...this.modes(false), ...this.inherited() } : {}) };
      case 'secret':
        return { kind: 'secret', secret: this.secret(), ...(site ? this.modes(true) : {}) };
      case 'choice':
        return { kind: 'select', options: this.choices(field.options), ...(site ? this.modes(false) : {}) };
      case 'number': {
        const { min, max, unit } = field;
        const shownUnit = unit ? { unit: this.parts.words.theirs(this.parts.module, unit, this.parts.locale) } : {};
        return { kind: 'input', type: 'number', value: this.text(), min, max, ...shownUnit, ...(site ? this.modes(false) : {}) };
      }
      default: {
        const base = {
          value: this.text(),
          maxLength: field.maxLength,
          suggestions: field.suggestions,
          ...(site ? this.modes(false) : {}),
        };
        return field.type === 'long-text' ? { kind: 'textarea', ...base } : { kind: 'input', type: field.type, ...base };
      }
    }
  }

  private text(): string {
    return this.typed ?? String(this.resolved.value);
  }

  private isChecked(): boolean {
    return this.touched ? this.typed !== 'off' : this.resolved.value === true;
  }

  /** For scripts: choosing to inherit ticks the box as the inherited value has it. */
  private inherited(): { readonly inheritedTick: 'on' | 'off' } {
    return { inheritedTick: this.resolved.inherited === true ? 'on' : 'off' };
  }

  private modes(secret: boolean): Pick<FieldModel, 'modes' | 'modeLabel'> {
    const { words, locale, typed } = this.parts;
    const { own } = this.resolved;
    const meantAsOwn = this.field.type === 'boolean' && this.touched && own === undefined;
    const now = meantAsOwn
      ? 'own'
      : (typed?.[`${this.name}.mode`] ?? (own === undefined ? 'inherit' : own === 'none' ? 'none' : 'own'));
    const option = (value: string, label: string): Option => ({
      value,
      label: words.ours(label, undefined, locale),
      selected: now === value,
    });
    const modes = [option('inherit', 'mode.inherit'), option('own', 'mode.own')];
    return {
      modeLabel: words.ours('mode.label', undefined, locale),
      modes: secret ? [...modes, option('none', 'mode.none')] : modes,
    };
  }

  private choices(options: readonly { readonly value: string; readonly label: string }[]): readonly Option[] {
    const { words, module, locale } = this.parts;
    const now = this.text();
    return options.map(({ value, label }) => ({ value, label: words.theirs(module, label, locale), selected: value === now }));
  }

  private secret(): SecretModel {
    const { own, value } = this.resolved;
    const atInstance = this.parts.scope === 'instance';
    const shown = (own === 'none' ? undefined : (own ?? value)) as SecretState | undefined;
    return {
      isSet: shown?.isSet ?? false,
      unreadable: shown?.isSet === true && !shown.readable && !shown.reference,
      ...this.lost(shown),
      ...(shown?.lastFour ? { lastFour: shown.lastFour } : {}),
      ...(shown?.setAt ? { setAt: shown.setAt } : {}),
      ...(shown?.setBy ? { setBy: shown.setBy } : {}),
      removable: atInstance && own !== undefined && !this.resolved.lockedBy,
    };
  }

  private lost(shown: SecretState | undefined): { readonly lost?: string } {
    const { words, locale } = this.parts;
    if (!shown?.reference || !shown.referenceProblem) return {};
    const problem = words.ours(`reference.${shown.referenceProblem}`, undefined, locale);
    return { lost: words.ours('secret.reference-lost-text', { reference: shown.reference, problem }, locale) };
  }

  private otherwise(): string {
    const { words, module, locale } = this.parts;
    const { inherited, inheritedOrigin } = this.resolved;
    const value = words.value(module, this.field, inherited, locale);
    return words.ours('origin.otherwise', { value, origin: words.origin(inheritedOrigin, undefined, locale) }, locale);
  }

  private conflict(): { readonly conflict?: string } {
    if (!this.parts.conflict || !this.touched) return {};
    const { words, module, locale } = this.parts;
    return {
      conflict: words.ours(
        'conflict.now-stored',
        { value: words.value(module, this.field, this.resolved.value, locale) },
        locale,
      ),
    };
  }

  /** Untouched fields of a form that comes back show what is stored now; a secret that was typed is never shown again. */
  private wasTouched(): boolean {
    const { typed, scope } = this.parts;
    if (!typed) return false;
    if (this.field.type === 'secret') return Boolean(typed[this.name]) || typed[`${this.name}.remove`] !== undefined;
    const was = typed[`${this.name}.was`] ?? shownState(this.formField, scope);
    const posted = this.posted();
    return posted !== undefined && posted !== shownValue(was, scope);
  }

  private posted(): string | undefined {
    const { typed } = this.parts;
    if (!typed || this.field.type === 'secret') return undefined;
    return this.field.type === 'boolean' ? tickOf(typed, this.name) : typed[this.name];
  }
}

/** A secret that is not set. */
function isMissing(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !(value as SecretState).isSet;
}
