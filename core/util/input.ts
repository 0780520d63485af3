import { type AccessContext, type PermissionId, PortalError } from '../api/index.js';

/**
 * The place when it is one of this portal (a path with query and fragment, as a browser would understand it), undefined otherwise.
 * Whatever a request says about where to go next passes through here: `//elsewhere`, `/\elsewhere` and `https:` do not come back.
 */
export function localAddress(place: string | undefined): string | undefined {
  if (!place || !/^\/(?![/\\])[^\\\p{Cc}\s]*$/u.test(place) || place.length > 2000) return undefined;
  const base = 'http://portal.invalid';
  if (!URL.canParse(place, base)) return undefined;
  const url = new URL(place, base);
  const local = url.pathname + url.search + url.hash;
  return url.origin === base && !local.startsWith('//') ? local : undefined;
}

/**
 * What a program hears whose API token does not reach what its person may do: 403 with the scopes that it lacks.
 * @returns undefined when nothing is missing, or when the person may not do it either: then the scopes are not what is in the way.
 */
export function scopeRefusal(access: AccessContext, ...needed: readonly PermissionId[]): PortalError | undefined {
  const missing = needed.filter((permission) => !access.can(permission));
  if (missing.length === 0 || !missing.every((permission) => access.outOfScope?.(permission))) return undefined;
  const scopes = missing.length === 1 ? 'the scope' : 'the scopes';
  return new PortalError('insufficient-scope', `This API token lacks ${scopes} ${missing.join(' and ')}.`, {
    status: 403,
    details: { scope: needed.join(' '), missing },
  });
}

const pipedTooMuch = (): PortalError => new PortalError('too-large', 'What was piped in is too long for this.', { status: 413 });

/**
 * A whole text of at most `limit` bytes, in UTF-8.
 * @throws What `tooLarge` makes of one that is longer; PortalError `too-large` (413) about what was piped in when left out.
 */
export async function readAll(
  content: AsyncIterable<Uint8Array | string>,
  limit: number,
  tooLarge: () => Error = pipedTooMuch,
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of content) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > limit) throw tooLarge();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Fields and headers of a form with a file take less. */
const formBytes = 64 * 1024;

/** Bytes that the one file of a form has at least, by the length that the request says; 1 when it says none. Less than all are known before it is read. */
export function leastFileBytes(ctx: { get(header: string): string }): number {
  return Math.max(1, Number(ctx.get('Content-Length') || 0) - formBytes);
}

const on = new Set(['true', 'on', 'yes', '1', 'enabled', 'enable']);
const off = new Set(['false', 'off', 'no', '0', 'disabled', 'disable']);

/** On or off in the usual words, in any case, blanks around them trimmed. Undefined for anything else. */
export function switchWord(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  return on.has(word) ? true : off.has(word) ? false : undefined;
}

/** How many letters two words differ by, each one added, left out, replaced or swapped with its neighbour. */
function distance(one: string, other: string): number {
  let twoBack: number[] = [];
  let before = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      const costs = [(before[column] ?? 0) + 1, (now[column - 1] ?? 0) + 1, (before[column - 1] ?? 0) + (same ? 0 : 1)];
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (swapped) costs.push((twoBack[column - 2] ?? 0) + 1);
      now.push(Math.min(...costs));
    }
    [twoBack, before] = [before, now];
  }
  return before[other.length] ?? 0;
}

/**
 * ` Did you mean …?` with the name that is most like the one somebody wrote; nothing when none is.
 * @param within what stands before the name and was written right, e.g. `page.`: it is said, and does not count for how alike names are.
 */
export function nearest(name: string, known: Iterable<string>, within = ''): string {
  const bound = Math.max(2, Math.floor(name.length / 5));
  let best: { readonly candidate: string; readonly away: number } | undefined;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > bound) continue;
    const away = distance(name.toLowerCase(), candidate.toLowerCase());
    if (away <= bound && away < (best?.away ?? Number.POSITIVE_INFINITY)) best = { candidate, away };
  }
  return best ? ` Did you mean ${within}${best.candidate}?` : '';
}
