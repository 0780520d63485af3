import { hash, randomBytes } from 'node:crypto';

/** 256 random bits, as cookies, links and forms carry them. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256 of a token, as rows have it: what opens something is not stored. */
export function hashOf(token: string): string {
  return hash('sha256', token);
}
