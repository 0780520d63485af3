import type { ResolvedSetting, SecretState, SettingsField, TextField } from '../api/index.js';
import { readValue } from '../services/read-value.js';
import { textOf } from '../services/value-text.js';
import type { FieldModel, FormContext, Option, SecretModel } from './field-model.js';
import { saysNone, sourceOf } from './posted-settings.js';

export interface ControlInput {
  readonly name: string;
  readonly field: SettingsField;
  readonly resolved: ResolvedSetting;
  readonly context: FormContext;
  /** What was typed into a form that comes back, when it differs from what the form showed. */
  readonly typed: string | undefined;
}

type Control = Pick<FieldModel, 'kind'> & Partial<FieldModel>;

/** The control of a field, by its type; a site's switch says where its value comes from, and everything else whether it is its own. */
export function controlOf(input: ControlInput): Control {
  if (input.context.scope === 'instance') return controlAlone(input);
  if (input.field.type === 'boolean') return { kind: 'source', options: sourcesOf(input) };
  return { ...controlAlone(input), mode: modeOf(input) };
}

function controlAlone(input: ControlInput): Control {
  const { field, context, resolved, typed } = input;
  const ours = (key: string): string => context.presenter.ours(key, undefined, context.locale);
  switch (field.type) {
    case 'boolean':
      return { kind: 'checkbox', checked: typed === undefined ? resolved.value === true : typed !== 'off' };
    case 'secret':
      return { kind: 'secret', secret: secretOf(input) };
    case 'choice':
    case 'multiple-choice':
      return choiceOf(input, field);
    case 'list':
      return { kind: 'textarea', value: textNow(input), hint: ours('hint.lines') };
    case 'duration':
    case 'size':
      return { kind: 'input', type: 'text', value: textNow(input), hint: ours(`hint.${field.type}`) };
    case 'number':
      return {
        kind: 'input',
        type: 'number',
        value: textNow(input),
        ...(field.unit ? { unit: context.presenter.theirs(context.moduleOf(input.name), field.unit, context.locale) } : {}),
      };
    default: {
      const base = { value: textNow(input), maxLength: field.maxLength, suggestions: suggestionsOf(input, field) };
      return field.type === 'long-text' ? { kind: 'textarea', ...base } : { kind: 'input', type: field.type, ...base };
    }
  }
}

function textNow({ field, resolved, typed }: ControlInput): string {
  return typed ?? textOf(field, resolved.value);
}

/** Those that stand in the definition, and those of the provider while it answers. */
function suggestionsOf({ name, context }: ControlInput, field: TextField): readonly string[] | undefined {
  const asked = field.suggestionsFrom === undefined ? undefined : context.choices?.get(name);
  if (asked?.state !== 'ready') return field.suggestions;
  return [...new Set([...(field.suggestions ?? []), ...asked.choices.map(({ value }) => value)])];
}

type AnyChoice = Extract<SettingsField, { readonly type: 'choice' | 'multiple-choice' }>;

/** A select or boxes; while a provider does not answer, a text with the reason, so that the rest of the form can be saved. */
function choiceOf(input: ControlInput, field: AnyChoice): Control {
  const { context, name } = input;
  const { presenter, locale } = context;
  const module = context.moduleOf(name);
  const many = field.type === 'multiple-choice';
  const chosen = chosenNow(input);
  let offered: readonly { readonly value: string; readonly label: string }[];
  if (field.options)
    offered = field.options.map(({ value, label }) => ({ value, label: presenter.theirs(module, label, locale) }));
  else {
    const asked = context.choices?.get(name) ?? { state: 'absent' };
    if (asked.state !== 'ready') {
      const optionsProblem = presenter.ours(`choices.${asked.state}`, undefined, locale);
      const hint = many ? { hint: presenter.ours('hint.lines', undefined, locale) } : {};
      return { kind: many ? 'textarea' : 'input', type: 'text', value: textNow(input), optionsProblem, ...hint };
    }
    offered = asked.choices.map(({ value, label }) => ({ value, label: label ?? value }));
  }
  const known = new Set(offered.map(({ value }) => value));
  const strangers = chosen
    .filter((value) => !known.has(value))
    .map((value) => ({ value, label: presenter.ours('choices.not-offered', { value: value || '–' }, locale) }));
  const options = [...offered, ...strangers].map((option): Option => ({ ...option, selected: chosen.includes(option.value) }));
  return { kind: many ? 'checkboxes' : 'select', options };
}

function chosenNow({ field, resolved, typed }: ControlInput): readonly string[] {
  if (typed === undefined) return [resolved.value as string | readonly string[]].flat();
  if (field.type !== 'multiple-choice') return [typed];
  const read = readValue({ ...field, minItems: 0 }, typed);
  return read.ok && Array.isArray(read.value) ? read.value : [];
}

function modeOf({ name, resolved: { own }, context }: ControlInput): 'inherit' | 'own' {
  return (context.typed?.[`${name}.mode`] ?? (own === undefined ? 'inherit' : 'own')) === 'inherit' ? 'inherit' : 'own';
}

function sourcesOf({ name, field, resolved: { own }, context: { typed, presenter, locale } }: ControlInput): readonly Option[] {
  const now = (typed && sourceOf(typed, name)) ?? (own === undefined ? 'inherit' : textOf(field, own));
  return (['inherit', 'on', 'off'] as const).map((value) => ({
    value,
    label: presenter.ours(value === 'inherit' ? 'mode.inherit' : `value.${value}`, undefined, locale),
    selected: value === now,
  }));
}

function secretOf({ name, resolved: { own, value, lockedBy }, context }: ControlInput): SecretModel {
  const shown = (own === 'none' ? undefined : (own ?? value)) as SecretState | undefined;
  return {
    isSet: shown?.isSet ?? false,
    unreadable: shown?.isSet === true && !shown.readable && !shown.reference,
    ...lostOf(shown, context),
    ...(shown?.lastFour ? { lastFour: shown.lastFour } : {}),
    ...(shown?.setAt ? { setAt: shown.setAt } : {}),
    ...(shown?.setBy ? { setBy: shown.setBy } : {}),
    removable: context.scope === 'instance' && own !== undefined && !lockedBy,
    ...(context.scope === 'site' ? { none: context.typed ? saysNone(context.typed, name) : own === 'none' } : {}),
  };
}

function lostOf(shown: SecretState | undefined, { presenter, locale }: FormContext): { readonly lost?: string } {
  if (!shown?.reference || !shown.referenceProblem) return {};
  const problem = presenter.ours(`reference.${shown.referenceProblem}`, undefined, locale);
  return { lost: presenter.ours('secret.reference-lost-text', { reference: shown.reference, problem }, locale) };
}
