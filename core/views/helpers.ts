import type { MessageValues } from '../api/index.js';
import { Handlebars } from '../libraries/text.js';
import { formatBytes, formatDate, toDate } from './format.js';
import { addressPath } from './places.js';
import type { Rendering } from './rendering.js';

export interface HelperDependencies {
  assetUrl(moduleId: string, file: string): string;
  /** Another module's view within this page; undefined, and logged, when it cannot be shown. */
  viewOf(moduleId: string, view: string, model: object, rendering: Rendering): string | undefined;
}

type Options = Handlebars.HelperOptions;
type Hash = Readonly<Record<string, unknown>>;
type Helper = (this: unknown, ...values: unknown[]) => unknown;
/** A helper of one value, what is named beside it, and the rendering it works for. */
type Work = (value: unknown, hash: Hash | undefined, rendering: Rendering) => unknown;

/** As Handlebars calls them, by the name that views use. */
export type ViewHelpers = Readonly<Record<string, Helper>>;

const { SafeString, escapeExpression } = { SafeString: Handlebars.SafeString, escapeExpression: Handlebars.escapeExpression };

/** The helpers that views may use beside `if`, `unless`, `each`, `with` and `lookup`. */
export function createHelpers({ assetUrl, viewOf }: HelperDependencies): ViewHelpers {
  const work: Readonly<Record<string, Work>> = {
    compiled: (key, _hash, { messages, page }) => messages.compiled(String(key), page.access.locale),
    t: (key, hash, { messages, page }) => messages.text(String(key), messageArguments(hash), page.access.locale),
    url: (place, _hash, { page }) => addressPath(String(place ?? ''), page.access.site),
    asset: (file, hash, { moduleId }) => assetUrl(String(hash?.module ?? moduleId), String(file)),
    icon: (name, hash) => icon(assetUrl('core', 'icons.svg'), String(name), hash?.class),
    date: (value, hash, { page }) => time(value, hash?.format, page.access.locale),
    cut: (value) => cut(text(value)),
    bytes: (value, _hash, { page }) => formatBytes(value, page.access.locale),
    json: (value) => (JSON.stringify(value) ?? 'null').replaceAll('<', '\\u003c'),
    script: (file, hash, { scripts, moduleId }) => {
      scripts.add(assetUrl(String(hash?.module ?? moduleId), String(file)));
      return '';
    },
    style: (file, hash, { styles, moduleId }) => {
      styles.add(assetUrl(String(hash?.module ?? moduleId), String(file)));
      return '';
    },
    view: (name, hash, rendering) => {
      const shown = shownView(viewOf, name, hash, rendering);
      return shown === undefined ? undefined : new SafeString(shown);
    },
  };
  const blocks: Readonly<Record<string, Helper>> = {
    style(...values) {
      const options = values.at(-1) as Options;
      renderingOf(options).rules.add(options.fn({}).trim());
      return '';
    },
    view(...values) {
      const options = values.at(-1) as Options;
      return shownView(viewOf, values[0], options.hash, renderingOf(options)) ?? options.fn(options.hash.model);
    },
  };
  return {
    ...Object.fromEntries(Object.entries(work).map(([name, action]) => [name, helper(name, action, blocks[name])])),
    ...Object.fromEntries(Object.entries(conditions).map(([name, ask]) => [name, (...values) => ask(...values.slice(0, -1))])),
    csrf,
  };
}

const shortest = 20;
const ending = 10;

/** A name that may be too long for its place loses its middle: what names of a series differ in is their end. */
function cut(name: string): unknown {
  const letters = [...name];
  if (letters.length <= shortest) return name;
  const parts = [letters.slice(0, -ending), letters.slice(-ending)].map(
    (part) => `<span>${escapeExpression(part.join(''))}</span>`,
  );
  return new SafeString(`<span class="cut">${parts.join('')}</span>`);
}

function shownView(
  viewOf: HelperDependencies['viewOf'],
  name: unknown,
  hash: Hash | undefined,
  rendering: Rendering,
): string | undefined {
  const { module = rendering.moduleId, model } = hash ?? {};
  return viewOf(String(module), String(name), typeof model === 'object' && model ? model : {}, rendering);
}

const conditions: Readonly<Record<string, (...values: unknown[]) => unknown>> = {
  eq: (left, right) => left === right,
  not: (value) => !value,
  and: (...values) => values.every(Boolean),
  or: (...values) => values.find(Boolean) ?? false,
  concat: (...values) => values.map(text).join(''),
};

function csrf(this: unknown, ...values: unknown[]): string {
  const token = renderingOf(values.at(-1) as Options).page.csrf;
  return token === undefined ? '' : `<input type="hidden" name="csrf" value="${escapeExpression(token)}">`;
}

/** Without values a helper steps back for a field of the same name: `{{date}}` in a row that has a date. */
function helper(name: string, action: Work, block: Helper | undefined): Helper {
  return function (this: unknown, ...values: unknown[]) {
    const options = values.at(-1) as Options;
    if (block && (options as Partial<Options>).fn) return block.apply(this, values);
    if (values.length > 1) return action(values[0], options.hash, renderingOf(options));
    return this !== null && typeof this === 'object' && Object.hasOwn(this, name) ? (this as Record<string, unknown>)[name] : '';
  };
}

function renderingOf(options: Options): Rendering {
  return (options.data as { readonly portico: Rendering }).portico;
}

function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

const noArguments: MessageValues = Object.freeze({});

/** Numbers and dates stay what they are: a message may have plurals, and write dates in its own way. */
function messageArguments(hash: Hash | undefined): MessageValues {
  return hash === undefined
    ? noArguments
    : Object.fromEntries(Object.entries(hash).map(([name, value]) => [name, isArgument(value) ? value : text(value)]));
}

const isArgument = (value: unknown): value is number | Date => typeof value === 'number' || value instanceof Date;

let icons = new Map<string, Handlebars.SafeString>();
let drawnSprite = '';
const mostIcons = 1000;

/** A page of a list shows the same few icons again and again. */
function icon(sprite: string, name: string, extra: unknown): Handlebars.SafeString {
  if (extra !== undefined) return drawIcon(sprite, name, extra);
  if (sprite !== drawnSprite || icons.size > mostIcons) {
    drawnSprite = sprite;
    icons = new Map();
  }
  let drawn = icons.get(name);
  if (!drawn) {
    drawn = drawIcon(sprite, name, undefined);
    icons.set(name, drawn);
  }
  return drawn;
}

function drawIcon(sprite: string, name: string, extra: unknown): Handlebars.SafeString {
  const className = escapeExpression(`lexicon-icon lexicon-icon-${name}${extra ? ` ${String(extra)}` : ''}`);
  const href = escapeExpression(`${sprite}#${name}`);
  return new SafeString(`<svg class="${className}" aria-hidden="true"><use href="${href}"/></svg>`);
}

function time(value: unknown, format: unknown, locale: string): Handlebars.SafeString | string {
  const date = toDate(value);
  if (!date) return '';
  const words = formatDate(date, format === 'date' || format === 'time' ? format : 'both', locale);
  return new SafeString(`<time datetime="${date.toISOString()}">${escapeExpression(words)}</time>`);
}
