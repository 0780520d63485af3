import type { CompiledMessage, CompiledMessagePart } from '../api/basics.js';

export type { CompiledMessage };

type Values = Readonly<Record<string, string | number | Date>>;

/**
 * The text of a message that the server read and sent as data (`ctx.compiled`), for these values and in the language of the page. An
 * argument that is not given stays in it as `{name}`. What it does with each part is what the library on the server does.
 */
export function formatMessage(message: CompiledMessage | undefined, values: Values = {}): string {
  if (message === undefined || typeof message === 'string') return message ?? '';
  const locale = globalThis.document?.documentElement.lang || 'en';
  return message.map((part) => format(part, values, locale)).join('');
}

/** Answers the text of a message by its key. */
export type Translate = (key: string, values?: Values) => string;

/** The messages that the server gave to an element as JSON, by key. A key that is not among them answers the key. */
export function translator(json: string | undefined): Translate {
  const messages = JSON.parse(json || '{}') as Readonly<Record<string, CompiledMessage>>;
  return (key, values) => formatMessage(messages[key] ?? key, values);
}

function format(part: CompiledMessagePart, values: Values, locale: string): string {
  if (typeof part === 'string') return part;
  const { argument, number, date, plural, select, offset = 0 } = part;
  const value = Object.hasOwn(values, argument) ? (values[argument] ?? '') : `{${argument}}`;
  if (number) return new Intl.NumberFormat(locale, number).format((Number(value) - offset) * (number.scale ?? 1));
  if (date) return new Intl.DateTimeFormat(locale, date).format(value as Date);
  const cases = plural ?? select;
  if (!cases) return String(value);
  const category = plural
    ? new Intl.PluralRules(locale, { type: part.ordinal ? 'ordinal' : 'cardinal' }).select(Number(value) - offset)
    : '';
  const found = [`${plural ? '=' : ''}${value}`, category, 'other'].find((name) => Object.hasOwn(cases, name));
  return formatMessage(cases[found ?? 'other'], values);
}

export type PortalMessageKey =
  | 'close'
  | 'cancel'
  | 'confirm'
  | 'confirm-title'
  | 'loading'
  | 'retry'
  | 'dismiss'
  | 'open-failed'
  | 'send-failed'
  | 'sign-in'
  | 'form-restored'
  | 'paste-cut'
  | 'leave-dialog'
  | 'leave-dialog-yes'
  | 'page-older'
  | 'reload';

let portalMessages: Partial<Record<PortalMessageKey, string>> | undefined;

/** A message of the portal in the language of the page; the layout brings them. */
export function portalMessage(key: PortalMessageKey): string {
  portalMessages ??= JSON.parse(
    document.querySelector<HTMLMetaElement>('meta[name="portico-messages"]')?.content ?? '{}',
  ) as object;
  return portalMessages[key] ?? key;
}
