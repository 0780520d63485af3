import type { SettingsField, SettingsPatch } from '../api/index.js';
import type { ResolvedSetting } from '../api/settings.js';
import { readValue } from '../services/read-value.js';
import { textOf } from '../services/value-text.js';

/** The fields of a submitted form by name; `<field>`, `<field>.mode`, `<field>.none`, `<field>.was`, `<field>.shown`, `<field>.remove`. */
export type PostedForm = Readonly<Record<string, string>>;

/** Several boxes of one name arrive as several values: one line each. */
export function postedForm(body: Readonly<Record<string, string | readonly string[]>>): PostedForm {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, typeof value === 'string' ? value : value.join('\n')]),
  );
}

export interface FormField {
  readonly name: string;
  readonly field: SettingsField;
  readonly resolved: ResolvedSetting;
  /** Heading below which it stands, in words. */
  readonly group?: string | undefined;
}

type Change = SettingsPatch[string];

/** What the person changed, or the key of the message that says what is contradictory. */
export interface PostedChanges {
  readonly patch: SettingsPatch;
  readonly problems: Readonly<Record<string, string>>;
}

const parts = ['mode', 'none', 'was', 'shown', 'remove'];

/** Names in the form that belong to no field; such a form was not made by us. */
export function unknownFieldsIn(form: PostedForm, fields: readonly FormField[]): readonly string[] {
  const known = new Set(fields.flatMap(({ name }) => [name, ...parts.map((part) => `${name}.${part}`)]));
  return Object.keys(form).filter((name) => !known.has(name));
}

/**
 * Compares a submitted form with what it showed (`<field>.was`), so that a field the person did not touch is never written:
 * neither over somebody else's change, nor as a frozen copy of what is inherited.
 */
export function changesOf(form: PostedForm, fields: readonly FormField[], scope: 'instance' | 'site'): PostedChanges {
  const patch: Record<string, Change> = {};
  const problems: Record<string, string> = {};
  for (const field of fields) {
    const change = scope === 'instance' ? instanceChange(form, field) : siteChange(form, field);
    if (change === undefined) continue;
    // What a form leaves out of a locked field is no contradiction; what it changes is refused by whoever saves, by the name of the lock.
    const isProblem = typeof change === 'object' && 'problem' in change;
    if (field.resolved.lockedBy !== undefined && isProblem) continue;
    if (typeof change === 'object' && 'problem' in change) problems[field.name] = change.problem;
    else patch[field.name] = change;
  }
  return { patch, problems };
}

type Answer = Change | { readonly problem: string } | undefined;

/** What a form shows of a field, as one text, to compare with later; at a site with the source in front: `own:x`, `inherit:x`. */
export function shownState({ field, resolved: { value, own } }: FormField, scope: 'instance' | 'site'): string {
  if (field.type === 'secret') return '';
  const shown = textOf(field, value);
  return scope === 'instance' ? shown : `${own === undefined ? 'inherit' : 'own'}:${shown}`;
}

/** The value in what a form showed, without its source. */
export function shownValue(was: string, scope: 'instance' | 'site'): string {
  return scope === 'site' ? was.slice(was.indexOf(':') + 1) : was;
}

/** What a submitted form says of a field that is not a box; of several boxes one line each, and nothing when all are unticked. */
export function postedText(form: PostedForm, { name, field }: Pick<FormField, 'name' | 'field'>): string | undefined {
  return form[name] ?? (field.type === 'multiple-choice' && form[`${name}.shown`] !== undefined ? '' : undefined);
}

/** What a submitted form says of a box: an unticked one is not sent, so `<field>.shown` tells that it was there. */
export function tickOf(form: PostedForm, name: string): string | undefined {
  const typed = form[name];
  if (typed !== undefined) return stateOf(typed);
  return form[`${name}.shown`] === undefined ? undefined : 'off';
}

/** What a site's switch says: `inherit`, `on` or `off`; a program may also send `own` and the value as that of a box. */
export function sourceOf(form: PostedForm, name: string): string | undefined {
  const mode = form[`${name}.mode`];
  return mode === undefined || mode === 'own' ? tickOf(form, name) : mode;
}

/** Whether a site says of a secret that it has none. */
export function saysNone(form: PostedForm, name: string): boolean {
  const mode = form[`${name}.mode`];
  return mode === 'none' || (mode !== 'inherit' && form[`${name}.none`] !== undefined);
}

function instanceChange(form: PostedForm, field: FormField): Answer {
  const { name, field: definition } = field;
  const typed = postedText(form, field);
  if (definition.type === 'secret') {
    if (typed) return { set: typed };
    return form[`${name}.remove`] === undefined ? undefined : 'inherit';
  }
  const was = form[`${name}.was`] ?? shownState(field, 'instance');
  if (definition.type === 'boolean') {
    const now = tickOf(form, name);
    return now === undefined || now === was ? undefined : { set: now };
  }
  return typed === undefined || same(definition, typed, was) ? undefined : { set: typed };
}

function siteChange(form: PostedForm, field: FormField): Answer {
  const { name, field: definition, resolved } = field;
  if (definition.type === 'secret') return siteSecretChange(form, field);
  if (definition.type === 'boolean') return siteSwitchChange(form, field);
  const typed = postedText(form, field);
  const was = form[`${name}.was`] ?? shownState(field, 'site');
  const mode = form[`${name}.mode`] ?? (typed === undefined ? undefined : 'own');
  const untouched = typed === undefined || same(definition, typed, shownValue(was, 'site'));
  if (mode === 'inherit') {
    // The instance may have changed since the form was made: what it showed then counts as left alone too.
    const leftAlone = untouched || same(definition, typed, textOf(definition, resolved.inherited));
    if (!leftAlone) return { problem: 'problem.typed-but-inherited' };
    return resolved.own === undefined ? undefined : 'inherit';
  }
  if (mode !== 'own' || typed === undefined) return undefined;
  return untouched && was.startsWith('own:') ? undefined : { set: typed };
}

function siteSwitchChange(form: PostedForm, field: FormField): Answer {
  const { name, resolved } = field;
  const was = form[`${name}.was`] ?? shownState(field, 'site');
  const now = sourceOf(form, name);
  if (now === undefined || now === (was.startsWith('own:') ? shownValue(was, 'site') : 'inherit')) return undefined;
  if (now !== 'inherit') return { set: now };
  return resolved.own === undefined ? undefined : 'inherit';
}

function siteSecretChange(form: PostedForm, { name, resolved: { own } }: FormField): Answer {
  const typed = form[name];
  const mode = saysNone(form, name) ? 'none' : form[`${name}.mode`];
  if (typed && mode === 'none') return { problem: 'problem.typed-but-none' };
  if (typed) return { set: typed };
  if (mode === 'inherit') return own === undefined ? undefined : 'inherit';
  if (mode === 'none') return own === 'none' ? undefined : 'none';
  if (mode === 'own' && (own === undefined || own === 'none')) return { problem: 'problem.own-missing' };
  return undefined;
}

function same(field: SettingsField, typed: string, shown: string): boolean {
  const read = readValue(field, typed);
  return lines(typed) === lines(shown) || (read.ok && textOf(field, read.value) === lines(shown));
}

/** An unknown word is passed on, so that saving refuses it by the field's name. */
function stateOf(text: string): string {
  return text === 'true' ? 'on' : text === 'false' ? 'off' : text;
}

/** What a browser makes of line breaks, undone. */
function lines(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}
