import { ProviderError } from '../../api/index.js';
import type { Library } from './client.js';
import { classify } from './error-table.js';

/** Raw errors of the client hold the request, and sometimes a part of the key: nothing of them goes further but codes. */
export function asProviderError(error: unknown, signal: AbortSignal, { APIError }: Library): ProviderError {
  if (signal.aborted && signal.reason instanceof ProviderError) return signal.reason;
  if (signal.aborted) return new ProviderError('timed-out', 'The request was given up.', { maybeCharged: true });
  const ours = findCause(error);
  if (ours) return ours;
  if (error instanceof APIError && typeof error.status === 'number') {
    const status: number = error.status;
    const code = text(error.code);
    const type = text(error.type);
    const row = classify({ status, code, type, message: error.message });
    const retryAfter = Number((error.headers as Headers | undefined)?.get('retry-after') ?? Number.NaN);
    return new ProviderError(row.code, `The answer was ${status}, code ${code ?? 'none'}, type ${type ?? 'none'}.`, {
      status,
      maybeCharged: row.maybeCharged,
      retryAfterSeconds: Number.isFinite(retryAfter) && retryAfter >= 0 ? Math.ceil(retryAfter) : undefined,
    });
  }
  if (error instanceof SyntaxError) return new ProviderError('bad-answer', 'The answer is not JSON.', { maybeCharged: true });
  const name = error instanceof Error ? error.constructor.name : typeof error;
  return new ProviderError('connection-cut', `The request failed (${name}).`, { maybeCharged: true });
}

/** Codes and types are short words; anything else is not repeated. */
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[a-z0-9_.-]{1,60}$/i.test(value) ? value : undefined;

function findCause(error: unknown): ProviderError | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at instanceof ProviderError) return at;
  }
  return undefined;
}
