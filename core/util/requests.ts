import type { Readable } from 'node:stream';
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

/** All that was piped in. @throws PortalError `too-large` (413). */
export async function readAll(stdin: Readable, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk as Uint8Array | string);
    size += bytes.length;
    if (size > limit) throw new PortalError('too-large', 'What was piped in is too long for this.', { status: 413 });
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
