import type { ResolvedSetting, SettingsField } from '../api/index.js';
import { isMissing } from '../services/setting-presenter.js';
import { controlOf } from './field-control.js';
import type { FieldModel, FormParts } from './field-model.js';
import { type FormField, postedText, shownState, shownValue, tickOf } from './posted-settings.js';

export function fieldModels(fields: readonly FormField[], parts: FormParts): readonly FieldModel[] {
  return fields.map((field) => new FieldForm(field, parts).model());
}

class FieldForm {
  private readonly field: SettingsField;
  private readonly resolved: ResolvedSetting;
  private readonly name: string;
  private readonly module: string;
  private readonly touched: boolean;

  constructor(
    private readonly formField: FormField,
    private readonly parts: FormParts,
  ) {
    this.field = formField.field;
    this.resolved = formField.resolved;
    this.name = formField.name;
    this.module = parts.moduleOf(formField.name);
    this.touched = this.wasTouched();
  }

  model(): FieldModel {
    const { words, locale, errors, scope } = this.parts;
    const { field, resolved, name, module, parts } = this;
    const own = resolved.own !== undefined;
    const losing = words.losing(module, field, resolved, locale);
    return {
      name,
      id: `setting-${name}`,
      label: words.theirs(module, field.label, locale),
      ...(field.help ? { help: words.theirs(module, field.help, locale) } : {}),
      was: shownState(this.formField, scope),
      state: this.state(),
      ...(losing ? { otherwise: words.ours('origin.otherwise', { sources: losing }, locale) } : {}),
      locked: resolved.lockedBy !== undefined,
      ...(errors?.[name] ? { error: errors[name] } : {}),
      ...this.conflict(),
      ...controlOf({ name, field, resolved, parts, typed: this.touched ? this.posted() : undefined }),
      ...(field.view ? { view: { module, name: field.view } } : {}),
      resettable: own && field.type !== 'secret' && !resolved.lockedBy,
    };
  }

  private state(): string {
    const { words, locale, scope } = this.parts;
    const { field, resolved, module } = this;
    const shown = field.type !== 'secret' && !this.touched && (scope === 'instance' || field.type !== 'boolean');
    if (isMissing(resolved.value) && resolved.origin === 'default') return words.value(module, field, resolved.value, locale);
    const named = resolved.sources.some(({ wins, place }) => wins && place !== undefined);
    if (!shown || named) {
      return words.ours('settings.in-force', { value: words.inForce(module, field, resolved, locale) }, locale);
    }
    const origin = resolved.own === undefined || resolved.origin !== scope ? resolved.origin : 'here';
    return words.ours(`settings.state.${origin}`, undefined, locale);
  }

  private conflict(): { readonly conflict?: string } {
    if (!this.parts.conflict || !this.touched) return {};
    const { words, locale } = this.parts;
    const value = words.value(this.module, this.field, this.resolved.value, locale);
    return { conflict: words.ours('conflict.now-stored', { value }, locale) };
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
    return this.field.type === 'boolean' ? tickOf(typed, this.name) : postedText(typed, this.formField);
  }
}
