import { switchWord } from '@portico/core/util';
import type {
  ListField,
  MultipleChoiceField,
  SecretField,
  SettingsField,
  SettingValue,
  TextField,
  TextPattern,
} from '../api/index.js';
import { readDuration, readSize, writeDuration, writeSize } from './units.js';

/** A value that fits its field, or the message that says what is wrong with it. */
export type ReadValue = { readonly ok: true; readonly value: SettingValue } | { readonly ok: false; readonly problem: Problem };

export interface Problem {
  /** Message key; of the contributing module when `theirs`, else of this one. */
  readonly key: string;
  readonly values?: Readonly<Record<string, string | number>>;
  readonly theirs?: boolean;
}

const defaultLengths = { text: 1000, 'long-text': 10_000, url: 2000 } as const;
const itemLength = 500;
const maxItems = 1000;
const secretLength = 4000;

const fine = (value: SettingValue): ReadValue => ({ ok: true, value });
const wrong = (key: string, values?: Problem['values']): ReadValue => ({
  ok: false,
  problem: values ? { key, values } : { key },
});
const theirs = (key: string): ReadValue => ({ ok: false, problem: { key, theirs: true } });

/**
 * Reads what a form, a file, a variable or a command says of a field. Text is accepted for everything, because that is
 * all that forms and variables have; lists are then one item to a line, or a JSON array.
 */
export function readValue(field: SettingsField, raw: unknown): ReadValue {
  switch (field.type) {
    case 'boolean': {
      const isOn = typeof raw === 'string' ? switchWord(raw) : raw;
      return typeof isOn === 'boolean' ? fine(isOn) : wrong('problem.boolean');
    }
    case 'number': {
      const number = typeof raw === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(raw) ? Number(raw) : raw;
      if (typeof number !== 'number' || (field.whole && !Number.isInteger(number)))
        return wrong(field.whole ? 'problem.whole-number' : 'problem.number');
      return within(field, number, String);
    }
    case 'duration':
      return within(field, typeof raw === 'string' ? readDuration(raw) : raw, writeDuration);
    case 'size':
      return within(field, typeof raw === 'string' ? readSize(raw) : raw, writeSize);
    case 'choice':
      return readChoice(field.options, raw);
    case 'multiple-choice':
      return readChoices(field, raw);
    case 'list':
      return readList(field, raw);
    case 'secret':
      return readSecret(field, raw);
    default:
      return readText(field, raw);
  }
}

interface Limits {
  readonly type: 'number' | 'duration' | 'size';
  readonly min?: number;
  readonly max?: number;
  readonly check?: (value: number) => string | undefined;
}

function within({ type, min, max, check }: Limits, number: unknown, write: (value: number) => string): ReadValue {
  if (typeof number !== 'number' || !Number.isFinite(number)) return wrong(`problem.${type}`);
  if (type === 'size' && !Number.isSafeInteger(number)) return wrong('problem.size');
  if (min !== undefined && number < min) return wrong('problem.too-small', { min: write(min) });
  if (type !== 'number' && number < 0) return wrong(`problem.${type}`);
  if (max !== undefined && number > max) return wrong('problem.too-large', { max: write(max) });
  const problem = check?.(number);
  return problem ? theirs(problem) : fine(number);
}

function readText(field: TextField, raw: unknown): ReadValue {
  if (typeof raw !== 'string') return wrong('problem.text');
  const text = raw.replace(/\r\n?/g, '\n').trim();
  if (text === '' && field.required) return wrong('problem.required');
  const limit = field.maxLength ?? defaultLengths[field.type];
  if (text.length > limit) return wrong('problem.too-long', { limit });
  if (text !== '' && text.length < (field.minLength ?? 0)) return wrong('problem.too-short', { limit: field.minLength ?? 0 });
  if (hasControls(field.type === 'long-text' ? text.replace(/[\n\t]/g, '') : text)) return wrong('problem.control-characters');
  if (field.type === 'url' && text !== '' && !isWebAddress(text)) return wrong('problem.url');
  if (text !== '' && !fits(field.pattern, text)) return theirs(field.pattern?.problem ?? '');
  const problem = field.check?.(text);
  return problem ? theirs(problem) : fine(text);
}

/** Options of a provider are not known here: any short text will do, and saving asks the provider. */
function readChoice(options: readonly { readonly value: string }[] | undefined, raw: unknown): ReadValue {
  if (options) return options.some(({ value }) => value === raw) ? fine(raw as string) : wrong('problem.choice');
  if (typeof raw !== 'string') return wrong('problem.choice');
  const text = raw.trim();
  if (text.length > itemLength) return wrong('problem.too-long', { limit: itemLength });
  return hasControls(text) ? wrong('problem.control-characters') : fine(text);
}

function readChoices(field: MultipleChoiceField, raw: unknown): ReadValue {
  const items = itemsOf(raw);
  if (!items) return wrong('problem.list');
  for (const item of items) {
    const read = readChoice(field.options, item);
    if (!read.ok) return read;
  }
  const chosen = [...new Set(items)];
  const ordered = field.options ? field.options.map(({ value }) => value).filter((value) => chosen.includes(value)) : chosen;
  return counted(field, ordered);
}

function readList(field: ListField, raw: unknown): ReadValue {
  const items = itemsOf(raw);
  if (!items) return wrong('problem.list');
  const limit = field.maxLength ?? itemLength;
  for (const item of items) {
    if (item.length > limit) return wrong('problem.item-too-long', { item: item.slice(0, 40), limit });
    if (hasControls(item)) return wrong('problem.control-characters');
    if (field.items === 'url' && !isWebAddress(item)) return wrong('problem.item-url', { item: item.slice(0, 100) });
    if (!fits(field.pattern, item)) return theirs(field.pattern?.problem ?? '');
  }
  const count = counted(field, items);
  const problem = count.ok ? field.check?.(items) : undefined;
  return problem ? theirs(problem) : count;
}

function counted(limits: { readonly minItems?: number; readonly maxItems?: number }, items: readonly string[]): ReadValue {
  const most = limits.maxItems ?? maxItems;
  if (items.length < (limits.minItems ?? 0)) return wrong('problem.too-few', { limit: limits.minItems ?? 0 });
  return items.length > most ? wrong('problem.too-many', { limit: most }) : fine(Object.freeze([...items]));
}

function itemsOf(raw: unknown): readonly string[] | undefined {
  let items: unknown = raw;
  if (typeof raw === 'string') items = jsonArray(raw) ?? raw.split(/\r\n?|\n/);
  if (!Array.isArray(items) || !items.every((item) => typeof item === 'string')) return undefined;
  return (items as string[]).map((item) => item.trim()).filter((item) => item !== '');
}

function jsonArray(text: string): unknown {
  if (!text.trimStart().startsWith('[')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readSecret({ check, trims }: SecretField, typed: unknown): ReadValue {
  const raw = trims && typeof typed === 'string' ? typed.trim() : typed;
  if (typeof raw !== 'string' || raw === '') return wrong('problem.text');
  if (raw.length > secretLength) return wrong('problem.too-long', { limit: secretLength });
  const problem = check?.(raw);
  if (problem) return theirs(problem);
  return hasControls(raw) ? wrong('problem.secret-line-breaks') : fine(raw);
}

function fits(pattern: TextPattern | undefined, text: string): boolean {
  return !pattern || new RegExp(`^(?:${pattern.matches})$`, 'u').test(text);
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\//.test(text);
}

function hasControls(text: string): boolean {
  return [...text].some((character) => (character.codePointAt(0) ?? 0) < 32 || character === '\u007f');
}
