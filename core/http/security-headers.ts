import { randomFillSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { helmet } from '../libraries/helmet.js';

type Source = string | ((request: IncomingMessage, response: ServerResponse) => string);
type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

const oneYearSeconds = 365 * 24 * 3600;

/** @param pageOnly what scripts and styles may come from besides the portal's own files. */
const policy = (...pageOnly: readonly Source[]): { useDefaults: false; directives: Record<string, Source[]> } => ({
  useDefaults: false,
  directives: {
    'default-src': ["'self'"],
    'object-src': ["'none'"],
    'base-uri': ["'none'"],
    'frame-ancestors': ["'self'"],
    'form-action': ["'self'"],
    'img-src': ["'self'", 'data:', 'blob:'],
    'style-src': ["'self'", ...pageOnly],
    'script-src': ["'self'", ...pageOnly],
  },
});

const nonceBytes = 16;
/** Asking for randomness takes long, whatever the amount: one asking is enough for many pages. Each byte is given out once. */
const pool = Buffer.alloc(nonceBytes * 256);
let given = pool.length;

function nextNonce(): string {
  if (given === pool.length) {
    randomFillSync(pool);
    given = 0;
  }
  given += nonceBytes;
  return pool.toString('base64', given - nonceBytes, given);
}

/** The headers every answer starts with. A handler may narrow them for its own answer (e.g. a sandbox for a file). */
export class SecurityHeaders {
  private readonly nonces = new WeakMap<ServerResponse, string>();
  private readonly base: Middleware;
  private readonly pagePolicy: Middleware;

  constructor(publicUrl: string) {
    this.base = helmet({
      contentSecurityPolicy: policy(),
      // The way back to a form after signing in is read from it; other sites are told nothing.
      referrerPolicy: { policy: 'same-origin' },
      // Neighbours below the same domain are not ours to force; without https there is nothing to pin.
      strictTransportSecurity: publicUrl.startsWith('https:') && { maxAge: oneYearSeconds, includeSubDomains: false },
    });
    this.pagePolicy = helmet.contentSecurityPolicy(policy((_request, response) => `'nonce-${this.nonces.get(response)}'`));
  }

  apply(request: IncomingMessage, response: ServerResponse): void {
    this.base(request, response, rethrow);
    response.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=()');
  }

  /** Lets the scripts and styles of one page in that carry the answer. */
  allowNonce(request: IncomingMessage, response: ServerResponse): string {
    const nonce = nextNonce();
    this.nonces.set(response, nonce);
    this.pagePolicy(request, response, rethrow);
    return nonce;
  }
}

function rethrow(error?: unknown): void {
  if (error) throw error;
}
