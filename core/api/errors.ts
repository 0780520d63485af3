import type { CoreErrorCode } from './error-codes.js';

export type { CoreErrorCode };

/** What an error of the portal is made of. */
export interface PortalErrorOptions {
  /** HTTP status, 400 to 599. */
  readonly status?: number;
  /** True when the message may be shown to the person who made the request. Default: status below 500. */
  readonly expose?: boolean;
  /** Facts for the log and, when exposed, for JSON clients. Never secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Seconds after which trying again makes sense; becomes a Retry-After header. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/**
 * Codes that packages declare: one that nobody declares does not compile. Each package adds its own, in a file beside its api:
 * `declare global { interface PorticoErrorCodes extends Record<'hello-too-loud', true> {} }`.
 */
export type ErrorCode = keyof PorticoErrorCodes;

/**
 * The one error of the portal: it names the owner and the way out.
 * `code` is kebab-case, stable and listed in docs/errors.md; `message` is a sentence for the person who reads it.
 */
export class PortalError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly expose: boolean;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, options: PortalErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PortalError';
    this.code = code;
    this.status = options.status ?? 500;
    this.expose = options.expose ?? this.status < 500;
    this.details = options.details ?? {};
    this.retryAfter = options.retryAfter;
  }
}

/** 404: what a person may not see and what does not exist are told apart by nobody. */
export function notFound(what = 'page'): PortalError {
  return new PortalError('not-found', `This ${what} does not exist, or you may not see it.`, { status: 404 });
}

/** 400 with one sentence per field: `{ title: 'Enter a title.' }`. */
export function invalidInput(
  fields: Readonly<Record<string, string>>,
  message = 'Some fields need your attention.',
): PortalError {
  return new PortalError('invalid-input', message, { status: 400, details: { fields } });
}
