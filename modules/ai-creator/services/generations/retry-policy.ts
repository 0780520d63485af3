import type { ProviderError } from '@portico/ai-providers/api';
import { errorCatalogEntry } from '../failures/error-catalog.js';
import type { CreatorConfig } from '../settings/creator-config.js';

/** Errors that a server answers before it begins. A 504 is not among them: what it waited for may have been carried out, and charged. */
const before = [500, 502, 503];

/** Whether the same request may be sent once more by itself: the service said that it did not carry it out. */
export const mayTryAgain = ({ code, status, maybeCharged }: ProviderError): boolean =>
  errorCatalogEntry(code)?.retry === 'after-a-pause' &&
  !maybeCharged &&
  (code !== 'server-trouble' || (status !== undefined && before.includes(status)));

type Limits = Pick<CreatorConfig['values'], 'retries' | 'retryCapSeconds' | 'retryMillis'>;

/**
 * Milliseconds to wait before the next attempt: what the service asks for, else twice as long each time, with jitter, so that many do not
 * come back at once. Undefined: it is not sent again.
 * @param attempts how often it was sent.
 */
export function pauseBefore(error: ProviderError, attempts: number, limits: Limits, random = Math.random): number | undefined {
  if (!mayTryAgain(error) || attempts > limits.retries) return undefined;
  const asked = error.retryAfterSeconds ?? 0;
  if (asked > limits.retryCapSeconds) return undefined;
  if (asked > 0) return asked * 1000;
  const longest = Math.min(limits.retryMillis * 2 ** (attempts - 1), limits.retryCapSeconds * 1000);
  return Math.ceil(longest * (0.5 + random() / 2));
}
