import type { CompiledMessage, CompiledMessagePart, MessageValues } from '../api/index.js';
import { type Formatters, formatToParts, IntlMessageFormat, type MessageFormatElement, parse, TYPE } from '../libraries/text.js';

/** A message as the catalogue keeps it: a text that is complete, or the elements of one that takes arguments. */
export type ParsedMessage = string | MessagePattern;

export interface MessagePattern {
  readonly elements: readonly MessageFormatElement[];
  /** The message has no plurals, choices, dates or styles of numbers: it is its texts and what is put between them. */
  readonly isPlain: boolean;
  /** Names of the arguments it takes, each once, in the order of the text. */
  readonly arguments: readonly string[];
}

/** Why a message cannot be read, and where: `line` and `column` count from 1 within the text of the message. */
export interface MessageFault {
  readonly fault: string;
  readonly line: number;
  readonly column: number;
}

/** Without one of these a text says exactly what is written; an apostrophe alone is an apostrophe. */
const syntax = /[{}]|''/;

/**
 * Reads one message in the ICU message format. `<` and `>` are letters like any other: a message is text, never markup.
 * @param locale of the file it stands in; decides what a pattern like `::jmm` means
 */
export function parseMessage(text: string, locale: Intl.Locale): ParsedMessage | MessageFault {
  if (!syntax.test(text)) return text;
  try {
    const elements = parse(doubleApostrophes(text), { ignoreTag: true, locale });
    const names = new Set(elements.flatMap(namesIn));
    if (names.size > 0) return { elements, isPlain: elements.every(isPlain), arguments: [...names] };
    return elements.map((element) => (element.type === TYPE.literal ? element.value : '')).join('');
  } catch (error) {
    const { message, location } = error as Error & { location?: { start: { line: number; column: number } } };
    const { line, column } = location?.start ?? { line: 1, column: 1 };
    return { fault: message.toLowerCase().replaceAll('_', ' '), line, column };
  }
}

/** An odd number of apostrophes before an argument: `l'{name}`, `'{name}'`. */
const apostropheBeforeArgument = /(?<!')((?:'')*)'(?=\{\s*[\w-]+\s*[,}])/g;

/**
 * An apostrophe before an argument is an apostrophe, as who writes French means it: read as the quote of the format, it would make the argument a text.
 * Braces as text stay possible: `'{'`.
 */
const doubleApostrophes = (text: string): string => text.replace(apostropheBeforeArgument, "$1''");

/** Arguments that other programs would take for text, because an apostrophe stands before them. */
export function quotedArguments(text: string): readonly string[] {
  return [...text.matchAll(apostropheBeforeArgument)].map(({ index, 0: { length } }) =>
    text.slice(index + length).replace(/^\{\s*([\w-]+)[\s\S]*$/, '$1'),
  );
}

export const isFault = (parsed: ParsedMessage | MessageFault): parsed is MessageFault =>
  typeof parsed === 'object' && 'fault' in parsed;

const isPlain = (element: MessageFormatElement): boolean =>
  element.type === TYPE.literal || element.type === TYPE.argument || (element.type === TYPE.number && !element.style);

function namesIn(element: MessageFormatElement): readonly string[] {
  if (element.type === TYPE.literal || element.type === TYPE.pound) return [];
  if (element.type !== TYPE.plural && element.type !== TYPE.select) return [element.value];
  return [element.value, ...Object.values(element.options).flatMap(({ value }) => value.flatMap(namesIn))];
}

/**
 * The text for these values. An argument that was not given stays in it as `{name}`.
 * @throws RangeError when what was given for a date is none
 */
export function formatMessage(pattern: MessagePattern, values: MessageValues, locale: string): string {
  const { elements, isPlain, arguments: names } = pattern;
  const given = names.every((name) => Object.hasOwn(values, name)) ? values : { ...placeholders(names), ...values };
  let text = '';
  // Most messages, and rows of a list have one each: the library would make objects of their parts first.
  if (isPlain) {
    for (const element of elements) text += plainPart(element, given, locale);
    return text;
  }
  for (const { value } of formatToParts<never>([...elements], locale, formatters, formats, given)) text += String(value);
  return text;
}

function plainPart(element: MessageFormatElement, values: MessageValues, locale: string): string {
  if (element.type === TYPE.literal) return element.value;
  if (element.type === TYPE.number) return numberText(values[element.value] as number, locale);
  return element.type === TYPE.argument ? plainText(values[element.value]) : '';
}

/** As the library writes it: nothing of what is nothing. */
function plainText(value: MessageValues[string] | undefined): string {
  return typeof value === 'string' || typeof value === 'number' || value ? String(value) : '';
}

const placeholders = (names: readonly string[]): MessageValues => Object.fromEntries(names.map((name) => [name, `{${name}}`]));

/** The same message as data, for scripts, which have no parser. Styles of numbers and dates are spelled out. */
export function compileMessage(message: ParsedMessage): CompiledMessage {
  if (typeof message === 'string') return message;
  let compiled = compiledPatterns.get(message);
  if (!compiled) {
    compiled = Object.freeze(message.elements.map((element) => compilePart(element)));
    compiledPatterns.set(message, compiled);
  }
  return compiled;
}

const compiledPatterns = new WeakMap<MessagePattern, CompiledMessage & object>();

interface Counted {
  readonly argument: string;
  readonly offset: number;
}

function compilePart(element: MessageFormatElement, counted?: Counted): CompiledMessagePart {
  switch (element.type) {
    case TYPE.literal:
      return element.value;
    case TYPE.pound:
      return { argument: counted?.argument ?? '', number: {}, ...(counted?.offset ? { offset: counted.offset } : {}) };
    case TYPE.number:
      return { argument: element.value, number: styleOf(element.style, formats.number) };
    case TYPE.date:
      return { argument: element.value, date: styleOf(element.style, formats.date) };
    case TYPE.time:
      return { argument: element.value, date: styleOf(element.style ?? 'medium', formats.time) };
    case TYPE.select:
      return { argument: element.value, select: casesOf(element.options) };
    case TYPE.plural: {
      const { value: argument, offset } = element;
      return {
        argument,
        plural: casesOf(element.options, { argument, offset }),
        ...(element.pluralType === 'ordinal' ? { ordinal: true } : {}),
        ...(offset ? { offset } : {}),
      };
    }
    default:
      return { argument: element.value };
  }
}

type Options = Readonly<Record<string, { readonly value: MessageFormatElement[] }>>;

function casesOf(options: Options, counted?: Counted): Readonly<Record<string, CompiledMessage>> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { value }]) => {
      const [only] = value;
      if (value.length === 0) return [name, ''];
      return [
        name,
        value.length === 1 && only?.type === TYPE.literal ? only.value : value.map((part) => compilePart(part, counted)),
      ];
    }),
  );
}

function styleOf<T extends object>(
  style: string | { readonly parsedOptions: T } | null | undefined,
  named: Readonly<Record<string, T>>,
): T {
  if (!style) return {} as T;
  return typeof style === 'string' ? (named[style] ?? ({} as T)) : style.parsedOptions;
}

const { formats } = IntlMessageFormat;

/** The platform's formats take long to make, and there are few. */
function kept<A extends unknown[], T>(make: (...options: A) => T): (...options: A) => T {
  const known = new Map<string, T>();
  return (...options) => {
    const name = JSON.stringify(options);
    let made = known.get(name);
    if (made === undefined) {
      made = make(...options);
      known.set(name, made);
    }
    return made;
  };
}

const formatters: Formatters = {
  getNumberFormat: kept((locale, options) => new Intl.NumberFormat(locale, options as Intl.NumberFormatOptions)),
  getDateTimeFormat: kept((locale, options) => new Intl.DateTimeFormat(locale, options)),
  getPluralRules: kept((locale, options) => new Intl.PluralRules(locale, options)),
};

const numberFormats = new Map<string, { readonly format: Intl.NumberFormat; readonly written: Map<number, string> }>();
const mostNumbers = 2000;

/** How a number without a style is written. Pages count the same things again and again, and the platform takes long. */
function numberText(number: number, locale: string): string {
  let known = numberFormats.get(locale);
  if (!known) {
    known = { format: new Intl.NumberFormat(locale), written: new Map() };
    numberFormats.set(locale, known);
  }
  const { format, written } = known;
  // A count that is no number, or a zero that is negative, is written and not kept.
  if (typeof number !== 'number' || Object.is(number, -0)) return format.format(number);
  let text = written.get(number);
  if (text === undefined) {
    if (written.size >= mostNumbers) written.clear();
    text = format.format(number);
    written.set(number, text);
  }
  return text;
}
