import { Handlebars } from '../libraries/handlebars.js';
import { formatBytes, formatDate, toDate } from './format.js';
import { placePath } from './places.js';
import type { Rendering } from './rendering.js';

export interface HelperDependencies {
  assetUrl(moduleId: string, file: string): string;
  /** Another module's view within this page; undefined, and logged, when it cannot be shown. */
  viewOf(moduleId: string, view: string, model: object, rendering: Rendering): string | undefined;
}

type Options = Handlebars.HelperOptions;
type Helper = (this: unknown, ...values: unknown[]) => unknown;
/** A helper with the values before the options, the options, and the rendering it works for. */
type Work = (values: readonly unknown[], options: Options, rendering: Rendering) => unknown;

const { SafeString, escapeExpression } = { SafeString: Handlebars.SafeString, escapeExpression: Handlebars.escapeExpression };

/** The helpers that views may use beside `if`, `unless`, `each`, `with` and `lookup`. */
export function createHelpers({ assetUrl, viewOf }: HelperDependencies): Readonly<Record<string, Helper>> {
  const work: Readonly<Record<string, Work>> = {
    t: ([key], { hash }, { messages, page }) => messages.text(String(key), texts(hash), page.access.locale),
    url: ([place], _options, { page }) => placePath(String(place ?? ''), page.access.site),
    asset: ([file], { hash }, { moduleId }) => assetUrl(String(hash.module ?? moduleId), String(file)),
    icon: ([name], { hash }) => icon(assetUrl('core', 'icons.svg'), String(name), hash.class),
    date: ([value], { hash }, { page }) => time(value, hash.format, page.access.locale),
    bytes: ([value], _options, { page }) => formatBytes(value, page.access.locale),
    json: ([value]) => (JSON.stringify(value) ?? 'null').replaceAll('<', '\\u003c'),
    script: ([file], { hash }, { scripts, moduleId }) => {
      scripts.add(assetUrl(String(hash.module ?? moduleId), String(file)));
      return '';
    },
    view: ([name], options, rendering) => {
      const { module = rendering.moduleId, model } = options.hash as { readonly module?: unknown; readonly model?: unknown };
      const shown = viewOf(String(module), String(name), typeof model === 'object' && model ? model : {}, rendering);
      return shown === undefined ? options.fn?.(model) : new SafeString(shown);
    },
    style: ([file], options, { styles, rules, moduleId }) => {
      if (options.fn) rules.add(options.fn({}).trim());
      else styles.add(assetUrl(String(options.hash.module ?? moduleId), String(file)));
      return '';
    },
  };
  return {
    ...Object.fromEntries(Object.entries(work).map(([name, action]) => [name, helper(name, action)])),
    ...conditions,
    csrf,
  };
}

const conditions: Readonly<Record<string, Helper>> = {
  eq: (left, right) => left === right,
  not: (value) => !value,
  and: (...values) => values.slice(0, -1).every(Boolean),
  or: (...values) => values.slice(0, -1).find(Boolean) ?? false,
  concat: (...values) => values.slice(0, -1).map(text).join(''),
};

function csrf(this: unknown, ...values: unknown[]): string {
  const token = renderingOf(values.at(-1) as Options).page.csrf;
  return token === undefined ? '' : `<input type="hidden" name="csrf" value="${escapeExpression(token)}">`;
}

/** Without values a helper steps back for a field of the same name: `{{date}}` in a row that has a date. */
function helper(name: string, action: Work): Helper {
  return function (this: unknown, ...values: unknown[]) {
    const options = values.pop() as Options;
    if (values.length === 0 && !options.fn) {
      return this !== null && typeof this === 'object' && Object.hasOwn(this, name)
        ? (this as Record<string, unknown>)[name]
        : '';
    }
    return action(values, options, renderingOf(options));
  };
}

function renderingOf(options: Options): Rendering {
  return (options.data as { readonly portico: Rendering }).portico;
}

function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

const noTexts: Readonly<Record<string, string>> = Object.freeze({});

function texts(hash: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const names = Object.keys(hash);
  return names.length === 0 ? noTexts : Object.fromEntries(names.map((name) => [name, text(hash[name])]));
}

const icons = new Map<string, Handlebars.SafeString>();
const mostIcons = 1000;

/** A page of a list shows the same few icons again and again. */
function icon(sprite: string, name: string, extra: unknown): Handlebars.SafeString {
  const key = `${sprite} ${name} ${extra ?? ''}`;
  let drawn = icons.get(key);
  if (!drawn) {
    drawn = drawIcon(sprite, name, extra);
    if (icons.size < mostIcons) icons.set(key, drawn);
  }
  return drawn;
}

function drawIcon(sprite: string, name: string, extra: unknown): Handlebars.SafeString {
  const className = escapeExpression(`lexicon-icon lexicon-icon-${name}${extra ? ` ${String(extra)}` : ''}`);
  const href = escapeExpression(`${sprite}#${name}`);
  return new SafeString(`<svg class="${className}" aria-hidden="true" focusable="false"><use href="${href}"></use></svg>`);
}

function time(value: unknown, format: unknown, locale: string): Handlebars.SafeString | string {
  const date = toDate(value);
  if (!date) return '';
  const words = formatDate(date, format === 'date' || format === 'time' ? format : 'both', locale);
  return new SafeString(`<time datetime="${date.toISOString()}">${escapeExpression(words)}</time>`);
}
