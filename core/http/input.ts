import { parse as parseQuery } from 'node:querystring';
import { invalidInput, type Messages } from '../api/index.js';
import { z } from '../libraries/data.js';
import type { HostContext } from './exchange.js';

/**
 * The same schema, refusing keys it does not name. An object that says what it does with other keys (`z.looseObject`, `catchall`)
 * is left as its author wants it.
 */
function strictSchema(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) return schema.def.catchall === undefined ? schema.strict() : schema;
  if (schema instanceof z.ZodDiscriminatedUnion) {
    return new z.ZodDiscriminatedUnion({
      ...schema.def,
      options: schema.def.options.map((option) => strictSchema(option as z.ZodType)) as never,
    });
  }
  if (schema instanceof z.ZodUnion) {
    return new z.ZodUnion({ ...schema.def, options: schema.def.options.map((option) => strictSchema(option as z.ZodType)) });
  }
  if (schema instanceof z.ZodPipe) return new z.ZodPipe({ ...schema.def, in: strictSchema(schema.def.in as z.ZodType) });
  if (schema instanceof z.ZodOptional)
    return new z.ZodOptional({ ...schema.def, innerType: strictSchema(schema.def.innerType as z.ZodType) });
  return schema;
}

/** Takes nothing: for a part of the request that a route does not declare. */
const emptySchema: z.ZodType = z.strictObject({});

const maxReported = 20;
const maxName = 60;

/** One part of a request's input: its schema, made strict when the route is registered. */
export class InputPart {
  private readonly schema: z.ZodType;

  constructor(
    declared: z.ZodType | undefined,
    private readonly messages: Messages,
  ) {
    this.schema = declared ? strictSchema(declared) : emptySchema;
  }

  /** @throws PortalError `invalid-input` with one sentence per field. */
  check(value: unknown, locale: string | undefined): unknown {
    const result = this.schema.safeParse(value);
    if (result.success) return result.data;
    // Asked again only for the words: most input is right.
    const worded = this.schema.safeParse(value, { error: (issue) => this.sentenceOf(issue, locale) });
    throw invalidInput(this.fieldsOf(worded.error ?? result.error, locale));
  }

  private fieldsOf(error: z.ZodError, locale: string | undefined): Readonly<Record<string, string>> {
    const fields = new Map<string, string>();
    const add = (name: string, sentence: string): void => {
      const shown = name.slice(0, maxName);
      if (fields.size < maxReported && !fields.has(shown)) fields.set(shown, sentence);
    };
    for (const issue of error.issues) {
      if (fields.size >= maxReported) break;
      const path = issue.path.map(String);
      if (issue.code === 'unrecognized_keys') {
        // A form may have a hundred thousand: words are made for those that are told.
        for (const key of issue.keys.slice(0, maxReported))
          add([...path, key].join('.'), this.messages.text('input.unknown', {}, locale));
      } else add(path.join('.'), issue.message);
    }
    return Object.fromEntries(fields);
  }

  /** For issues whose schema brings no sentence of its own. */
  private sentenceOf(issue: z.core.$ZodRawIssue, locale: string | undefined): string {
    if (issue.code === 'invalid_type' && issue.input === undefined) return this.messages.text('input.missing', {}, locale);
    if (issue.code === 'invalid_type' && Array.isArray(issue.input)) return this.messages.text('input.repeated', {}, locale);
    if (issue.code === 'too_small') {
      const key = issue.origin === 'string' ? 'input.too-short' : 'input.too-small';
      return this.messages.text(key, { minimum: String(issue.minimum) }, locale);
    }
    if (issue.code === 'too_big') {
      const key = issue.origin === 'string' ? 'input.too-long' : 'input.too-big';
      return this.messages.text(key, { maximum: String(issue.maximum) }, locale);
    }
    return this.messages.text('input.invalid', {}, locale);
  }
}

/** The query as it came: strings, and arrays for repeated keys; keys like `__proto__` are keys like any other. */
export function queryOf(ctx: HostContext): object {
  const text = ctx.querystring;
  return text === '' ? {} : parseQuery(text, undefined, undefined, { maxKeys: 0 });
}
