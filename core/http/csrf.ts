import { timingSafeEqual } from 'node:crypto';
import { PortalError } from '../api/index.js';
import { randomBytesOnce } from './random-bytes.js';

const stateChanges = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

export function changesState(method: string): boolean {
  return stateChanges.has(method);
}

export function otherOrigin(): PortalError {
  return new PortalError('other-origin', 'This change was not asked for by a page of this portal.', { status: 403 });
}

/**
 * The session's token as a page shows it, different each time: pages are compressed, and the length of a compressed page tells, guess by guess,
 * what stands in all of them (BREACH).
 */
export function maskToken(token: string): string {
  const plain = Buffer.from(token);
  const { length } = plain;
  const pad = randomBytesOnce(length);
  const masked = Buffer.allocUnsafe(2 * length);
  for (let index = 0; index < length; index += 1) {
    const byte = pad[index] as number;
    masked[index] = byte;
    masked[length + index] = (plain[index] as number) ^ byte;
  }
  return masked.toString('base64url');
}

/** What a page carries for its changes: the session's token, masked, and when the page was written. */
export function pageToken(token: string, writtenAt: Date): string {
  return `${maskToken(token)}.${writtenAt.getTime().toString(36)}`;
}

/** When the page was written that a change, or a script's request, comes from; undefined where it does not say so. */
export function writtenAtOf(given: unknown): Date | undefined {
  const [, millis] = typeof given === 'string' ? (/^[\w-]*\.([0-9a-z]{1,9})$/.exec(given) ?? []) : [];
  return millis === undefined ? undefined : new Date(Number.parseInt(millis, 36));
}

/** @throws PortalError `csrf-invalid` unless the token is the session's, masked; the time it takes does not tell how close it was. */
export function checkToken(given: unknown, expected: string): void {
  if (typeof given === 'string' && given.length <= maxMaskedLength) {
    const right = Buffer.from(expected);
    const [plain = ''] = given.split('.', 1);
    const masked = Buffer.from(plain, 'base64url');
    if (masked.length === 2 * right.length) {
      const left = xor(masked.subarray(right.length), masked.subarray(0, right.length));
      if (timingSafeEqual(left, right)) return;
    }
  }
  throw new PortalError('csrf-invalid', 'This page is out of date. Reload it and try again.', { status: 403 });
}

const maxMaskedLength = 1000;

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)));
}
