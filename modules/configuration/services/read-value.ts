import type { SettingsField } from '../api/index.js';

/** A value that fits its field, or the message that says what is wrong with it. */
export type ReadValue =
  | { readonly ok: true; readonly value: string | number | boolean }
  | { readonly ok: false; readonly problem: Problem };

export interface Problem {
  /** Message key; of the contributing module when `theirs`, else of this one. */
  readonly key: string;
  readonly values?: Readonly<Record<string, string | number>>;
  readonly theirs?: boolean;
}

const defaultLengths = { text: 1000, 'long-text': 10_000, url: 2000 } as const;
const secretLength = 4000;

const fine = (value: string | number | boolean): ReadValue => ({ ok: true, value });
const wrong = (key: string, values?: Problem['values']): ReadValue => ({
  ok: false,
  problem: values ? { key, values } : { key },
});

/**
 * Reads what a form, a file, a variable or a command says of a field. Text is accepted for numbers and booleans, because that is
 * all that forms and variables have.
 */
export function readValue(field: SettingsField, raw: unknown): ReadValue {
  switch (field.type) {
    case 'boolean':
      if (raw === true || raw === 'true' || raw === 'on') return fine(true);
      if (raw === false || raw === 'false' || raw === 'off') return fine(false);
      return wrong('problem.boolean');
    case 'number': {
      const number = typeof raw === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(raw) ? Number(raw) : raw;
      if (typeof number !== 'number' || !Number.isFinite(number)) return wrong('problem.number');
      if (field.min !== undefined && number < field.min) return wrong('problem.too-small', { min: field.min });
      if (field.max !== undefined && number > field.max) return wrong('problem.too-large', { max: field.max });
      return fine(number);
    }
    case 'choice':
      return field.options.some(({ value }) => value === raw) ? fine(raw as string) : wrong('problem.choice');
    case 'secret':
      return readSecret(field.check, raw);
    default: {
      if (typeof raw !== 'string') return wrong('problem.text');
      const text = raw.replace(/\r\n?/g, '\n').trim();
      const limit = field.maxLength ?? defaultLengths[field.type];
      if (text.length > limit) return wrong('problem.too-long', { limit });
      if (hasControls(field.type === 'long-text' ? text.replace(/[\n\t]/g, '') : text))
        return wrong('problem.control-characters');
      if (field.type === 'url' && text !== '' && !/^https?:\/\//.test(URL.canParse(text) ? text : ''))
        return wrong('problem.url');
      const problem = field.check?.(text);
      return problem ? { ok: false, problem: { key: problem, theirs: true } } : fine(text);
    }
  }
}

function readSecret(check: ((value: string) => string | undefined) | undefined, raw: unknown): ReadValue {
  if (typeof raw !== 'string' || raw === '') return wrong('problem.text');
  if (raw.length > secretLength) return wrong('problem.too-long', { limit: secretLength });
  const problem = check?.(raw);
  if (problem) return { ok: false, problem: { key: problem, theirs: true } };
  return hasControls(raw) ? wrong('problem.secret-line-breaks') : fine(raw);
}

function hasControls(text: string): boolean {
  return [...text].some((character) => (character.codePointAt(0) ?? 0) < 32 || character === '\u007f');
}
