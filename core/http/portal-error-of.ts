import { type ErrorCode, PortalError } from '../api/index.js';

const codes: Readonly<Record<number, ErrorCode>> = {
  400: 'bad-request',
  401: 'sign-in-required',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'request-timeout',
  409: 'conflict',
  410: 'gone',
  412: 'precondition-failed',
  413: 'too-large',
  415: 'unsupported-type',
  416: 'range-not-satisfiable',
  422: 'invalid-input',
  429: 'too-many-requests',
};

/** An error whose words are the portal's, not those of whoever threw it. */
export class ForeignError extends PortalError {}

/** What a status alone says, e.g. a handler's `ctx.status = 404` without a body. */
export function errorOfStatus(status: number, cause?: unknown): PortalError {
  return new ForeignError(codes[status] ?? (status < 500 ? 'bad-request' : 'unexpected'), `Status ${status}`, { status, cause });
}

/** Anything that was thrown, as the portal's error: libraries keep their 4xx, everything else is an unexpected 500. */
export function portalErrorOf(thrown: unknown): PortalError {
  if (thrown instanceof PortalError && thrown.status >= 400 && thrown.status <= 599) return thrown;
  const status = statusOf(thrown);
  return errorOfStatus(status !== undefined && status >= 400 && status < 500 ? status : 500, thrown);
}

function statusOf(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  const { status, statusCode } = thrown as { status?: unknown; statusCode?: unknown };
  const value = status ?? statusCode;
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}
