import { ProviderError } from '@portico/ai-providers/api';

/** What went wrong with a request. What was not sent cost nothing, whatever kept it here: a deadline, or an error of ours. */
export const asProviderError = (error: unknown, signal: AbortSignal, isSent: boolean): ProviderError =>
  isSent ? problemOf(error, signal) : problemOf(error, signal).notCharged();

/** Raw errors of the client hold the request, and sometimes a part of the key: nothing of them goes further. */
export function problemOf(error: unknown, signal: AbortSignal): ProviderError {
  if (signal.aborted && signal.reason instanceof ProviderError) return signal.reason;
  if (signal.aborted) return new ProviderError('timed-out', 'The request was given up.', { maybeCharged: true });
  const ours = findCause(error);
  if (ours) return ours;
  if (error instanceof SyntaxError)
    return new ProviderError('invalid-response', 'The answer is not JSON.', { maybeCharged: true });
  const name = error instanceof Error ? error.constructor.name : typeof error;
  return new ProviderError('connection-error', `The request failed (${name}).`, { maybeCharged: true });
}

function findCause(error: unknown): ProviderError | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at instanceof ProviderError) return at;
  }
  return undefined;
}
