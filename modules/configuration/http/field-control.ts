import type { ResolvedSetting, SecretState, SettingsField, TextField } from '../api/index.js';
import { readValue } from '../services/read-value.js';
import { textOf } from '../services/value-text.js';
import type { FieldModel, FormParts, Option, SecretModel } from './field-model.js';

export interface ControlInput {
  readonly name: string;
  readonly field: SettingsField;
  readonly resolved: ResolvedSetting;
  readonly parts: FormParts;
  /** What was typed into a form that comes back, when it differs from what the form showed. */
  readonly typed: string | undefined;
}

type Control = Pick<FieldModel, 'kind'> & Partial<FieldModel>;

/** The control of a field, by its type; at a site with the source of its value beside it. */
export function controlOf(input: ControlInput): Control {
  return { ...controlAlone(input), ...(input.parts.scope === 'site' ? modesOf(input) : {}) };
}

function controlAlone(input: ControlInput): Control {
  const { field, parts, resolved, typed } = input;
  const ours = (key: string): string => parts.words.ours(key, undefined, parts.locale);
  switch (field.type) {
    case 'boolean':
      return {
        kind: 'checkbox',
        checked: typed === undefined ? resolved.value === true : typed !== 'off',
        inheritedTick: resolved.inherited === true ? 'on' : 'off',
      };
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
        ...(field.unit ? { unit: parts.words.theirs(parts.moduleOf(input.name), field.unit, parts.locale) } : {}),
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
function suggestionsOf({ name, parts }: ControlInput, field: TextField): readonly string[] | undefined {
  const asked = field.suggestionsFrom === undefined ? undefined : parts.choices?.get(name);
  if (asked?.state !== 'ready') return field.suggestions;
  return [...new Set([...(field.suggestions ?? []), ...asked.choices.map(({ value }) => value)])];
}

type AnyChoice = Extract<SettingsField, { readonly type: 'choice' | 'multiple-choice' }>;

/** A select or boxes; while a provider does not answer, a text with the reason, so that the rest of the form can be saved. */
function choiceOf(input: ControlInput, field: AnyChoice): Control {
  const { parts, name } = input;
  const { words, locale } = parts;
  const module = parts.moduleOf(name);
  const many = field.type === 'multiple-choice';
  const chosen = chosenNow(input);
  let offered: readonly { readonly value: string; readonly label: string }[];
  if (field.options) offered = field.options.map(({ value, label }) => ({ value, label: words.theirs(module, label, locale) }));
  else {
    const asked = parts.choices?.get(name) ?? { state: 'absent' };
    if (asked.state !== 'ready') {
      const optionsProblem = words.ours(`choices.${asked.state}`, undefined, locale);
      const hint = many ? { hint: words.ours('hint.lines', undefined, locale) } : {};
      return { kind: many ? 'textarea' : 'input', type: 'text', value: textNow(input), optionsProblem, ...hint };
    }
    offered = asked.choices.map(({ value, label }) => ({ value, label: label ?? value }));
  }
  const known = new Set(offered.map(({ value }) => value));
  const strangers = chosen
    .filter((value) => !known.has(value))
    .map((value) => ({ value, label: words.ours('choices.not-offered', { value: value || '–' }, locale) }));
  const options = [...offered, ...strangers].map((option): Option => ({ ...option, selected: chosen.includes(option.value) }));
  return { kind: many ? 'checkboxes' : 'select', options };
}

function chosenNow({ field, resolved, typed }: ControlInput): readonly string[] {
  if (typed === undefined) return [resolved.value as string | readonly string[]].flat();
  if (field.type !== 'multiple-choice') return [typed];
  const read = readValue({ ...field, minItems: 0 }, typed);
  return read.ok && Array.isArray(read.value) ? read.value : [];
}

function modesOf({ field, name, resolved: { own }, parts, typed }: ControlInput): Partial<FieldModel> {
  const { words, locale } = parts;
  const stored = own === undefined ? 'inherit' : own === 'none' && field.type === 'secret' ? 'none' : 'own';
  const boxMeantAsOwn = field.type === 'boolean' && typed !== undefined && own === undefined;
  const now = boxMeantAsOwn ? 'own' : (parts.typed?.[`${name}.mode`] ?? stored);
  const option = (value: string, label: string): Option => ({
    value,
    label: words.ours(label, undefined, locale),
    selected: now === value,
  });
  const modes = [option('inherit', 'mode.inherit'), option('own', 'mode.own')];
  return {
    modeLabel: words.ours('mode.label', undefined, locale),
    modes: field.type === 'secret' ? [...modes, option('none', 'mode.none')] : modes,
  };
}

function secretOf({ resolved: { own, value, lockedBy }, parts }: ControlInput): SecretModel {
  const shown = (own === 'none' ? undefined : (own ?? value)) as SecretState | undefined;
  return {
    isSet: shown?.isSet ?? false,
    unreadable: shown?.isSet === true && !shown.readable && !shown.reference,
    ...lostOf(shown, parts),
    ...(shown?.lastFour ? { lastFour: shown.lastFour } : {}),
    ...(shown?.setAt ? { setAt: shown.setAt } : {}),
    ...(shown?.setBy ? { setBy: shown.setBy } : {}),
    removable: parts.scope === 'instance' && own !== undefined && !lockedBy,
  };
}

function lostOf(shown: SecretState | undefined, { words, locale }: FormParts): { readonly lost?: string } {
  if (!shown?.reference || !shown.referenceProblem) return {};
  const problem = words.ours(`reference.${shown.referenceProblem}`, undefined, locale);
  return { lost: words.ours('secret.reference-lost-text', { reference: shown.reference, problem }, locale) };
}
