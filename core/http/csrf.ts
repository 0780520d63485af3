import { timingSafeEqual } from 'node:crypto';
import { PortalError } from '../api/index.js';

const stateChanges = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

export function changesState(method: string): boolean {
  return stateChanges.has(method);
}

export function otherOrigin(): PortalError {
  return new PortalError('other-origin', 'This change was not asked for by a page of this portal.', { status: 403 });
}

/** @throws PortalError `csrf-invalid` unless the token is the session's; the time it takes does not tell how close it was. */
export function checkToken(given: unknown, expected: string): void {
  if (typeof given === 'string') {
    const left = Buffer.from(given);
    const right = Buffer.from(expected);
    if (left.length === right.length && timingSafeEqual(left, right)) return;
  }
  throw new PortalError('csrf-invalid', 'This page is out of date. Reload it and try again.', { status: 403 });
}
