import type { ResolvedSetting, SettingsField } from '../api/index.js';
import { isMissing } from '../services/setting-presenter.js';
import { controlOf } from './field-control.js';
import type { FieldModel, FormContext } from './field-model.js';
import { type FormField, postedText, shownState, shownValue, sourceOf, tickOf } from './posted-settings.js';

export function fieldModels(fields: readonly FormField[], context: FormContext): readonly FieldModel[] {
  return fields.map((field) => new FieldForm(field, context).model());
}

class FieldForm {
  private readonly field: SettingsField;
  private readonly resolved: ResolvedSetting;
  private readonly name: string;
  private readonly module: string;
  private readonly touched: boolean;

  constructor(
    private readonly formField: FormField,
    private readonly context: FormContext,
  ) {
    this.field = formField.field;
    this.resolved = formField.resolved;
    this.name = formField.name;
    this.module = context.moduleOf(formField.name);
    this.touched = this.wasTouched();
  }

  model(): FieldModel {
    const { presenter, locale, errors, scope } = this.context;
    const { field, resolved, name, module, context } = this;
    const own = resolved.own !== undefined;
    const error = errors?.[name];
    const control = controlOf({ name, field, resolved, context, typed: this.touched ? this.posted() : undefined });
    const locked = resolved.lockedBy !== undefined;
    const closed = control.mode === 'inherit' && !this.touched && error === undefined;
    const losing = presenter.losing(module, field, resolved, locale);
    const model: FieldModel = {
      name,
      id: `setting-${name}`,
      label: presenter.theirs(module, field.label, locale),
      ...(field.help ? { help: presenter.theirs(module, field.help, locale) } : {}),
      ...(this.formField.group ? { group: this.formField.group } : {}),
      was: shownState(this.formField, scope),
      ...this.state(control.mode),
      ...(losing ? { otherwise: presenter.ours('origin.otherwise', { sources: losing }, locale) } : {}),
      locked,
      ...(error ? { error } : {}),
      ...this.conflict(),
      ...(context.deployed?.has(name) ? { deployedProblem: context.deployed.get(name) ?? '' } : {}),
      ...(context.uses?.has(name) ? { use: context.uses.get(name) ?? '' } : {}),
      ...control,
      ...(closed || (locked && control.mode) ? { inheritedText: this.valueText(), ...this.items() } : {}),
      ...(field.view ? { view: { module, name: field.view } } : {}),
      resettable: (scope === 'site' ? control.mode === 'own' : own && field.type !== 'secret') && !locked,
      differs: scope === 'site' ? own : resolved.origin !== 'default',
      unsaved: this.touched || (control.mode === 'own' && !own),
    };
    return { ...model, ...describedBy(model) };
  }

  private valueText(): string {
    return this.context.presenter.value(this.module, this.field, this.resolved.value, this.context.locale);
  }

  /** A list is shown as one where a text stands in place of the control. */
  private items(): Pick<FieldModel, 'inheritedItems'> {
    const items = this.context.presenter.items(this.module, this.field, this.resolved.value, this.context.locale);
    return items && items.length > 0 ? { inheritedItems: items } : {};
  }

  /** Nothing of what is as it comes; of everything else where it comes from, and the value where the control does not show it. */
  private state(mode: FieldModel['mode']): { readonly state?: string } {
    const { presenter, locale, scope } = this.context;
    const { field, resolved, module } = this;
    const say = (state: string): { readonly state: string } => ({ state });
    if (isMissing(resolved.value) && resolved.origin === 'default') return mode === 'inherit' ? {} : say(this.valueText());
    const inText = mode === 'inherit' && !this.touched;
    const shown = inText || (field.type !== 'secret' && !this.touched && (scope === 'instance' || field.type !== 'boolean'));
    const named = resolved.sources.some(({ wins, place }) => wins && place !== undefined);
    if (!shown || named || resolved.lockedBy !== undefined)
      return say(
        presenter.ours('settings.in-force', { value: presenter.inForce(module, field, resolved, locale, !inText) }, locale),
      );
    if (scope === 'instance' && resolved.origin === 'default') return {};
    const origin = resolved.own === undefined || resolved.origin !== scope ? resolved.origin : 'here';
    return say(presenter.ours(`settings.state.${origin}`, undefined, locale));
  }

  private conflict(): { readonly conflict?: string } {
    if (!this.context.conflict || !this.touched) return {};
    const { presenter, locale } = this.context;
    const value = presenter.value(this.module, this.field, this.resolved.value, locale);
    return { conflict: presenter.ours('conflict.now-stored', { value }, locale) };
  }

  /** Untouched fields of a form that comes back show what is stored now; a secret that was typed is never shown again. */
  private wasTouched(): boolean {
    const { typed, scope } = this.context;
    if (!typed) return false;
    if (this.field.type === 'secret') return Boolean(typed[this.name]) || typed[`${this.name}.remove`] !== undefined;
    const was = typed[`${this.name}.was`] ?? shownState(this.formField, scope);
    if (this.field.type === 'boolean' && scope === 'site') {
      const now = sourceOf(typed, this.name);
      return now !== undefined && now !== (was.startsWith('own:') ? shownValue(was, scope) : 'inherit');
    }
    const posted = this.posted();
    return posted !== undefined && posted !== shownValue(was, scope);
  }

  private posted(): string | undefined {
    const { typed } = this.context;
    if (!typed || this.field.type === 'secret') return undefined;
    return this.field.type === 'boolean' ? tickOf(typed, this.name) : postedText(typed, this.formField);
  }
}

/** What stands below the control and beside its name; an error takes the place of how a value is typed. */
function describedBy({
  id,
  error,
  conflict,
  optionsProblem,
  deployedProblem,
  unit,
  hint,
  help,
  use,
  state,
  otherwise,
  locked,
}: FieldModel): {
  readonly describedBy?: string;
} {
  const parts = Object.entries({
    error,
    conflict,
    options: optionsProblem,
    deployed: deployedProblem,
    unit,
    hint: error ? undefined : hint,
    help,
    use,
    state: state ?? otherwise ?? (locked || undefined),
  });
  const ids = parts.filter(([, said]) => said !== undefined).map(([part]) => `${id}-${part}`);
  return ids.length > 0 ? { describedBy: ids.join(' ') } : {};
}
