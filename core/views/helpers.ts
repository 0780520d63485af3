import type { AccessContext, MessageValues } from '../api/index.js';
import { Handlebars } from '../libraries/text.js';
import { nameParts } from '../util/text.js';
import { holds } from './direct-compiler.js';
import { formatBytes, formatDate, isDay, mostFormats, toDate } from './format.js';
import type { FragmentCache } from './fragment-cache.js';
import { addressPath } from './places.js';
import type { Rendering } from './rendering.js';

export interface HelperDependencies {
  /** What code says in English, in the language of the page. */
  sentence(text: string, locale: string): string;
  assetUrl(moduleId: string, file: string): string;
  /** Keeps blocks by what they show. */
  readonly fragments: FragmentCache;
  /** Another module's view within this page; undefined, and logged, when it cannot be shown. */
  viewOf(moduleId: string, view: string, model: object, rendering: Rendering): string | undefined;
}

type Options = Handlebars.HelperOptions;
type Hash = Readonly<Record<string, unknown>>;
/** The options are the last of the values. */
type Helper = (this: unknown, ...values: unknown[]) => unknown;
/** A helper of a block: its one value, when it has one. */
type Block = (value: unknown, options: Options) => unknown;
/** A helper of one value, what is named beside it, and the rendering it works for. */
type Work = (value: unknown, hash: Hash | undefined, rendering: Rendering) => unknown;

/** By the name that views use. */
export interface ViewHelpers {
  /** As Handlebars calls them. */
  readonly registered: Readonly<Record<string, Helper>>;
  /** As compiled views call them when there is a value and no block. */
  readonly direct: Readonly<Record<string, (...values: never[]) => unknown>>;
  /** What compiled views call with a block, or know in no other way; the library wraps each of those anew for each page. */
  readonly called: ReadonlySet<string>;
}

const { SafeString, escapeExpression } = { SafeString: Handlebars.SafeString, escapeExpression: Handlebars.escapeExpression };

/** The helpers that views may use beside `if`, `unless`, `each`, `with` and `lookup`. */
export function createHelpers({ sentence, assetUrl, viewOf, fragments }: HelperDependencies): ViewHelpers {
  const work: Readonly<Record<string, Work>> = {
    compiled: (key, _hash, { messages, page }) => messages.compiled(String(key), page.access.locale),
    t: (key, hash, { messages, page }) => messages.text(String(key), messageArguments(hash), page.access.locale),
    say: (value, _hash, { page }) => sentence(text(value), page.access.locale),
    url: (place, _hash, { page }) => addressPath(String(place ?? ''), page.access.site),
    asset: (file, hash, { moduleId }) => assetUrl(String(hash?.module ?? moduleId), String(file)),
    icon: (name, hash) => icon(assetUrl('core', 'icons.svg'), String(name), hash?.class),
    date: (value, hash, { page }) => time(value, hash?.format, page.access),
    cut: (value) => cut(text(value)),
    mail: (value) => mail(text(value)),
    bytes: (value, _hash, { page }) => formatBytes(value, page.access.locale),
    json,
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
  const blocks: Readonly<Record<string, Block>> = {
    style: (_value, options) => {
      renderingOf(options).rules.add(options.fn({}).trim());
      return '';
    },
    view: (name, options) =>
      shownView(viewOf, name, options.hash, renderingOf(options)) ?? options.fn((options.hash as Hash).model),
  };
  return {
    registered: {
      ...Object.fromEntries(Object.entries(work).map(([name, action]) => [name, helper(name, action, blocks[name])])),
      ...Object.fromEntries(Object.entries(conditions).map(([name, ask]) => [name, (...values) => ask(...values.slice(0, -1))])),
      csrf,
      kept,
      cached(this: unknown, name: unknown, id: unknown, options: unknown): string {
        return fragments.write(this as object, String(name), String(id), options as Options);
      },
    },
    direct: { ...work, ...conditions, holds },
    called: new Set([...Object.keys(blocks), 'csrf', 'kept', 'cached']),
  };
}

/** What scripts read: messages, mostly, which are on every page and never change. */
function json(value: unknown): Handlebars.SafeString {
  const isKept = typeof value === 'object' && value !== null && Object.isFrozen(value);
  const known = isKept ? jsons.get(value) : undefined;
  if (known) return known;
  const written = new SafeString(escapeExpression((JSON.stringify(value) ?? 'null').replaceAll('<', '\\u003c')));
  if (isKept) jsons.set(value, written);
  return written;
}

/** As they are written in an attribute. Who freezes a model says that nothing in it changes. */
const jsons = new WeakMap<object, Handlebars.SafeString>();

/** A name that may be too long for its place loses its middle; `cut-name-element.ts` closes the gap behind what is left of the beginning. */
function cut(name: string): unknown {
  const parts = nameParts(name);
  if (!parts) return name;
  return new SafeString(`<portico-cut>${parts.map((part) => `<span>${escapeExpression(part)}</span>`).join('')}</portico-cut>`);
}

/** An address that is longer than its line is broken before its `@` and behind its dots, not inside a word. */
function mail(address: string): unknown {
  return new SafeString(escapeExpression(address).replaceAll('@', '<wbr>@').replaceAll('.', '.<wbr>'));
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

/** A part of a layout that is the same on many pages. It sees of the model only what it is kept by. */
function kept(this: unknown, ...values: unknown[]): string {
  const options = values.at(-1) as Options;
  const { pieces } = renderingOf(options);
  const { direct } = options.data as { readonly direct: ViewHelpers['direct'] };
  return pieces
    ? pieces.piece(String(values[0]), (content, data) => options.fn(content, { data: { ...data, direct } }))
    : options.fn(this);
}

/**
 * Without values a helper steps back for a field of the same name: `{{date}}` in a row that has a date. Options come after the values, of
 * which there is one (a second is ignored): a list of them, made for each call, is seen in long lists.
 */
function helper(name: string, action: Work, block: Block | undefined): Helper {
  return function (this: unknown, value: unknown, second?: unknown, third?: unknown) {
    const options = (third ?? second ?? value) as Options;
    if (block && (options as Partial<Options>).fn) return block(value, options);
    if (second !== undefined) return action(value, options.hash, renderingOf(options));
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
  // What points forward or back points the other way where lines run the other way.
  const along = /^angle-(?:left|right)/.test(name) ? ' along-line' : '';
  const className = escapeExpression(`lexicon-icon lexicon-icon-${name}${along}${extra ? ` ${String(extra)}` : ''}`);
  const href = escapeExpression(`${sprite}#${name}`);
  return new SafeString(`<svg class="${className}" aria-hidden="true"><use href="${href}"/></svg>`);
}

/** Dates as they were written before, by locale, zone and format: the library's formats take long, and a page of a list is asked for again. */
const dates = new Map<string, Map<number, Handlebars.SafeString>>();
const mostDates = 2000;

/** `core/client/page/times.ts` finds what is a moment by its `datetime`, and what of it is shown by `data-time`; a day stays as it is. */
function time(
  value: unknown,
  format: unknown,
  { locale, timeZone }: Pick<AccessContext, 'locale' | 'timeZone'>,
): Handlebars.SafeString | string {
  const date = toDate(value);
  if (!date) return '';
  if (isDay(value))
    return new SafeString(`<time datetime="${value}">${escapeExpression(formatDate(date, 'date', locale))}</time>`);
  const wanted = format === 'date' || format === 'time' ? format : 'both';
  const name = `${locale} ${timeZone} ${wanted}`;
  let known = dates.get(name);
  if (!known || known.size >= mostDates) {
    known = new Map();
    if (dates.size >= mostFormats) dates.clear();
    dates.set(name, known);
  }
  let written = known.get(date.getTime());
  if (!written) {
    const words = escapeExpression(formatDate(date, wanted, locale, timeZone));
    const shown = wanted === 'date' ? '' : ` data-time="${wanted}"`;
    written = new SafeString(`<time datetime="${date.toISOString()}"${shown}>${words}</time>`);
    known.set(date.getTime(), written);
  }
  return written;
}
