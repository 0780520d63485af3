const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
const numberFormats = new Map<string, Intl.NumberFormat>();
/** Sizes as they were written before, by locale: the library's formats take long. */
const sizes = new Map<string, Map<number, string>>();
const mostSizes = 2000;
const dateFormats = new Map<string, Intl.DateTimeFormat>();
/** People choose zones, and there are many names of them. */
export const mostFormats = 200;

/** Bytes as people read them: `1.4 MB`. */
export function formatBytes(value: unknown, locale: string): string {
  const amount = Number(value);
  if (!Number.isFinite(amount)) return '';
  let known = sizes.get(locale);
  if (!known || known.size > mostSizes) {
    known = new Map();
    sizes.set(locale, known);
  }
  let written = known.get(amount);
  if (written === undefined) {
    written = writeBytes(amount, locale);
    known.set(amount, written);
  }
  return written;
}

function writeBytes(bytes: number, locale: string): string {
  let amount = bytes;
  let unit = 0;
  while (amount >= 1000 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || amount >= 100 ? 0 : 1;
  const name = `${locale} ${digits}`;
  let format = numberFormats.get(name);
  if (!format) {
    format = new Intl.NumberFormat(locale, { maximumFractionDigits: digits });
    numberFormats.set(name, format);
  }
  return `${format.format(amount)} ${units[unit]}`;
}

/** A Date, ISO text or milliseconds; undefined when it is none of them. */
export function toDate(value: unknown): Date | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** A day of the calendar, such as the one on which a flag was introduced: it has no time, so no zone changes it. */
export function isDay(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value);
}

/**
 * In this zone, which it names where there is a time. Whose zone is known only to the browser gets it from the script of the page.
 * @param timeZone IANA name; one that there is not counts as UTC
 */
export function formatDate(date: Date, format: 'date' | 'time' | 'both', locale: string, timeZone = 'UTC'): string {
  const written = dateFormat(locale, timeZone, {
    ...(format === 'time' ? {} : { dateStyle: 'medium' }),
    ...(format === 'date' ? {} : { timeStyle: 'short' }),
  }).format(date);
  return format === 'date' ? written : `${written} ${zoneName(date, locale, timeZone)}`;
}

function zoneName(date: Date, locale: string, timeZone: string): string {
  if (timeZone === 'UTC') return timeZone;
  const parts = dateFormat(locale, timeZone, { hour: 'numeric', timeZoneName: 'short' }).formatToParts(date);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
}

function dateFormat(locale: string, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = `${locale} ${timeZone} ${Object.entries(options).join(' ')}`;
  let format = dateFormats.get(name);
  if (!format) {
    try {
      format = new Intl.DateTimeFormat(locale, { ...options, timeZone });
    } catch {
      format = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
    }
    if (dateFormats.size >= mostFormats) dateFormats.clear();
    dateFormats.set(name, format);
  }
  return format;
}

/** Languages that are written from right to left; the others name their script where they are. */
const rightToLeft = /^(?:ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)(?:-|$)|-(?:Arab|Hebr|Thaa|Nkoo|Adlm)(?:-|$)/;

export const directionOf = (locale: string): 'ltr' | 'rtl' => (rightToLeft.test(locale) ? 'rtl' : 'ltr');
