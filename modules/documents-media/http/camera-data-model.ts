import type { RouteContext } from '@portico/core';
import type { ExifFacts } from '../services/camera-data.js';

type AnyContext = RouteContext<unknown, unknown, unknown>;

/** What a camera wrote, in the words of who reads it; undefined where there is nothing to say. */
export function cameraDataModel(ctx: AnyContext, facts: ExifFacts | undefined): readonly object[] | undefined {
  if (!facts) return undefined;
  const { locale } = ctx.access;
  const number = (value: number, digits = 1): string =>
    new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
  const rows = {
    camera: cameraOf(facts),
    lens: facts.lens,
    exposure: exposureOf(facts, number),
    'focal-length': focalLengthOf(ctx, facts, number),
    taken: takenOf(facts, locale),
    place: placeOf(facts, number),
    artist: facts.artist,
    copyright: facts.copyright,
  };
  const shown = Object.entries(rows).flatMap(([key, value]) => (value ? [{ label: ctx.text(`exif.${key}`), value }] : []));
  return shown.length > 0 ? shown : undefined;
}

/** Most models begin with their make. */
function cameraOf({ make, model }: ExifFacts): string | undefined {
  if (!make || !model) return model ?? make;
  return model.toLowerCase().startsWith(make.toLowerCase()) ? model : `${make} ${model}`;
}

/** `1/250 s · f/2.8 · ISO 200`: that is how it stands on cameras, in every language. */
function exposureOf({ exposure, aperture, iso }: ExifFacts, number: (value: number) => string): string | undefined {
  const time = exposure && (exposure < 0.3 ? `1/${Math.round(1 / exposure)} s` : `${number(exposure)} s`);
  return [time, aperture && `f/${number(aperture)}`, iso && `ISO ${iso}`].filter(Boolean).join(' · ') || undefined;
}

function focalLengthOf(
  ctx: AnyContext,
  { focalLength, focalLength35 }: ExifFacts,
  number: (value: number) => string,
): string | undefined {
  if (focalLength === undefined) return undefined;
  const length = number(focalLength);
  if (focalLength35 === undefined) return ctx.text('exif.focal-length-plain', { length });
  return ctx.text('exif.focal-length-35', { length, equivalent: number(focalLength35) });
}

/** By the clock of the camera, which knows its zone only sometimes. */
function takenOf({ taken = '', takenOffset }: ExifFacts, locale: string): string | undefined {
  const [, ...parts] = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(taken) ?? [];
  if (parts.length === 0) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.map(Number);
  if (year === 0) return undefined;
  const time = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
  const shown = time.format(Date.UTC(year, month - 1, day, hour, minute, second));
  return /^[+-]\d\d:\d\d$/.test(takenOffset ?? '') ? `${shown} (UTC${takenOffset})` : shown;
}

function placeOf({ place }: ExifFacts, number: (value: number, digits: number) => string): string | undefined {
  if (!place) return undefined;
  const { latitude, longitude } = place;
  const side = (value: number, positive: string, negative: string): string =>
    `${number(Math.abs(value), 5)}° ${value < 0 ? negative : positive}`;
  return `${side(latitude, 'N', 'S')}, ${side(longitude, 'E', 'W')}`;
}
