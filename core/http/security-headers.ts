import { randomFillSync } from 'node:crypto';
import type { ServerResponse } from 'node:http';

const policy = (source: string): string =>
  [
    "default-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
    "form-action 'self'",
    "img-src 'self' data: blob:",
    `style-src 'self'${source}`,
    `script-src 'self'${source}`,
  ].join('; ');

const nonceBytes = 16;
/** Asking for randomness takes long, whatever the amount: one asking is enough for many pages. Each byte is given out once. */
const pool = Buffer.alloc(nonceBytes * 256);
let given = pool.length;

function nonce(): string {
  if (given === pool.length) {
    randomFillSync(pool);
    given = 0;
  }
  given += nonceBytes;
  return pool.toString('base64', given - nonceBytes, given);
}

const withoutNonce = policy('');
const [beforeNonce, betweenNonces, afterNonces] = policy(" 'nonce-%'").split('%') as [string, string, string];

/** The headers every answer starts with. A handler may narrow them for its own answer (e.g. a sandbox for a file). */
export class SecurityHeaders {
  private readonly headers: readonly (readonly [string, string])[];

  constructor(publicUrl: string) {
    const headers: [string, string][] = [
      ['Content-Security-Policy', withoutNonce],
      ['X-Content-Type-Options', 'nosniff'],
      ['Cross-Origin-Opener-Policy', 'same-origin'],
      ['Cross-Origin-Resource-Policy', 'same-origin'],
      ['Referrer-Policy', 'same-origin'],
      ['X-Frame-Options', 'SAMEORIGIN'],
      ['Permissions-Policy', 'camera=(), geolocation=(), microphone=()'],
    ];
    if (publicUrl.startsWith('https:')) headers.push(['Strict-Transport-Security', 'max-age=31536000']);
    this.headers = headers;
  }

  apply(response: ServerResponse): void {
    for (const [name, value] of this.headers) response.setHeader(name, value);
  }

  /** Lets the scripts and styles of one page in that carry the answer. */
  allowNonce(response: ServerResponse): string {
    const value = nonce();
    response.setHeader('Content-Security-Policy', beforeNonce + value + betweenNonces + value + afterNonces);
    return value;
  }
}
