import type { ProviderErrorCode } from '@portico/ai-providers/api';

/** What a generation can end with beside images. */
export type FailureCode = ProviderErrorCode | 'provider-missing' | 'switched-off' | 'cannot-refine' | 'source-gone' | 'unknown';

/** What the portal does by itself: nothing; the same once more after a pause, bounded; or the next model of the list, once. */
export type RetryRule = 'never' | 'after-a-pause' | 'next-model-once';

/** Whether nothing more is sent with a key that heard it; whether it shows that a key works; or says nothing about the key. */
export type BreakerRule = 'opens' | 'closes' | 'unmoved';

/** Pages of the portal on which something can be done about it. */
export type RemedyPage = 'settings' | 'service' | 'usage';

interface Entry {
  /** Whether the account may have paid although no image came. */
  readonly charged: 'no' | 'maybe';
  readonly retry: RetryRule;
  readonly breaker: BreakerRule;
  readonly page?: RemedyPage;
}

/** One failure. `author`, `cause` (for administrators) and `remedy` are keys of messages. */
export interface ErrorCatalogEntry extends Entry {
  readonly code: FailureCode;
  readonly author: string;
  readonly cause: string;
  readonly remedy: string;
}

const free = { charged: 'no', retry: 'never', breaker: 'unmoved', page: 'settings' } as const;
const paid = { charged: 'maybe', retry: 'never', breaker: 'unmoved', page: 'settings' } as const;

const catalog: Readonly<Record<FailureCode, Entry>> = {
  'key-missing': free,
  'endpoint-missing': free,
  'endpoint-not-found': free,
  'untrusted-certificate': free,
  'invalid-api-key': { ...free, breaker: 'opens' },
  // Where a request comes from says nothing about the key, and others may come from elsewhere.
  'access-denied': free,
  'organization-not-verified': {
    ...free,
    breaker: 'opens',
    page: 'service',
  },
  'model-not-found': {
    ...free,
    retry: 'next-model-once',
    breaker: 'closes',
    page: 'service',
  },
  'insufficient-quota': {
    ...free,
    breaker: 'opens',
    page: 'service',
  },
  'rate-limited': { ...free, retry: 'after-a-pause', page: 'service' },
  declined: { ...free, breaker: 'closes', page: 'service' },
  'request-too-large': { ...free, page: 'service' },
  'bad-request': { ...free, breaker: 'closes' },
  'server-error': { ...paid, retry: 'after-a-pause', page: 'service' },
  'timed-out': paid,
  'connection-error': paid,
  'invalid-response': paid,
  cancelled: { ...paid, page: 'usage' },
  'provider-missing': free,
  'switched-off': free,
  'cannot-refine': free,
  'source-gone': { ...free, page: 'usage' },
  unknown: { ...paid, page: 'usage' },
};

/** Every failure, whoever the provider is: the one source for the worker, the breaker, screens, programs and the command line. */
export const errorCatalog: readonly ErrorCatalogEntry[] = Object.entries(catalog).map(([code, entry]) => ({
  code: code as FailureCode,
  author: `error.${code}`,
  cause: `cause.${code}`,
  remedy: `remedy.${code}`,
  ...entry,
}));

const rows: ReadonlyMap<string, ErrorCatalogEntry> = new Map(errorCatalog.map((row) => [row.code, row]));

/** Undefined for what is no failure of a generation. */
export const errorCatalogEntry = (code: string): ErrorCatalogEntry | undefined => rows.get(code);
