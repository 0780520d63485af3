import type { ProviderError } from '@portico/ai-providers/api';
import type { Generation } from '../../entities/generation.js';

/** What a row remembers of a failure. */
export const problemColumns = (error: ProviderError): Partial<Generation> => ({
  errorCode: error.code,
  errorDetail: error.message,
  maybeCharged: error.maybeCharged,
  retryAfter: error.retryAfterSeconds ?? null,
  ...(error.requestId && { requestId: error.requestId }),
  categories: error.categories.length > 0 ? error.categories.join(',') : null,
});
