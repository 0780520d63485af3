import type { ProviderErrorCode } from '../api/index.js';

/** What a generation can end with beside images. */
export type FailureCode = ProviderErrorCode | 'switched-off' | 'unknown';

/** What the portal does by itself: nothing; the same once more after a pause, bounded; or the next model of the list, once. */
export type RetryRule = 'never' | 'after-a-pause' | 'next-model-once';

/** Whether nothing more is sent with a key that heard it; whether it shows that a key works again; or says nothing about the key. */
export type BreakerRule = 'opens' | 'closes' | 'unmoved';

/** Pages of the portal on which something can be done about it. */
export type RemedyPage = 'settings' | 'service' | 'usage';

export interface AtlasRow {
  readonly code: FailureCode;
  /** Whether the account may have paid although no image came. */
  readonly charged: 'no' | 'maybe';
  readonly retry: RetryRule;
  readonly breaker: BreakerRule;
  readonly page?: RemedyPage;
  /** What OpenAI says about it; for other services it says nothing. */
  readonly help?: string;
}

const platform = 'https://platform.openai.com';

/** Every failure, for every provider. The sentences stand in `messages` under `error.`, `cause.` and `remedy.` and the code. */
export const errorAtlas: readonly AtlasRow[] = [
  { code: 'key-missing', charged: 'no', retry: 'never', breaker: 'unmoved', page: 'settings', help: `${platform}/api-keys` },
  { code: 'key-rejected', charged: 'no', retry: 'never', breaker: 'opens', page: 'settings', help: `${platform}/api-keys` },
  {
    code: 'organization-not-verified',
    charged: 'no',
    retry: 'never',
    breaker: 'opens',
    page: 'service',
    help: 'https://help.openai.com/en/articles/10910291-api-organization-verification',
  },
  {
    code: 'model-not-found',
    charged: 'no',
    retry: 'next-model-once',
    breaker: 'closes',
    page: 'service',
    help: `${platform}/docs/deprecations`,
  },
  {
    code: 'out-of-tokens',
    charged: 'no',
    retry: 'never',
    breaker: 'opens',
    page: 'service',
    help: `${platform}/settings/organization/billing/overview`,
  },
  {
    code: 'too-fast',
    charged: 'no',
    retry: 'after-a-pause',
    breaker: 'unmoved',
    page: 'service',
    help: `${platform}/settings/organization/limits`,
  },
  {
    code: 'declined',
    charged: 'no',
    retry: 'never',
    breaker: 'closes',
    page: 'settings',
    help: 'https://openai.com/policies/usage-policies',
  },
  {
    code: 'bad-request',
    charged: 'no',
    retry: 'never',
    breaker: 'closes',
    page: 'settings',
    help: `${platform}/docs/guides/error-codes`,
  },
  {
    code: 'server-trouble',
    charged: 'maybe',
    retry: 'after-a-pause',
    breaker: 'unmoved',
    page: 'service',
    help: 'https://status.openai.com',
  },
  { code: 'timed-out', charged: 'maybe', retry: 'never', breaker: 'unmoved', page: 'settings', help: `${platform}/usage` },
  { code: 'connection-cut', charged: 'maybe', retry: 'never', breaker: 'unmoved', page: 'settings', help: `${platform}/usage` },
  { code: 'bad-answer', charged: 'maybe', retry: 'never', breaker: 'unmoved', page: 'settings', help: `${platform}/usage` },
  { code: 'cancelled', charged: 'maybe', retry: 'never', breaker: 'unmoved' },
  { code: 'switched-off', charged: 'no', retry: 'never', breaker: 'unmoved', page: 'settings' },
  { code: 'unknown', charged: 'maybe', retry: 'never', breaker: 'unmoved', page: 'usage', help: `${platform}/usage` },
];

const rows: ReadonlyMap<string, AtlasRow> = new Map(errorAtlas.map((row) => [row.code, row]));

/** Undefined for what is no failure. */
export const atlasRow = (code: string): AtlasRow | undefined => rows.get(code);
