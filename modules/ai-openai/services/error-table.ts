import type { ProviderErrorCode } from '@portico/ai-providers/api';

/** What an answer says about itself; each part may be missing. */
export interface UpstreamError {
  readonly status: number;
  readonly code?: string;
  readonly type?: string;
  readonly message?: string;
}

interface Rule {
  readonly is: ProviderErrorCode;
  readonly codes?: readonly string[];
  readonly types?: readonly string[];
  readonly statuses?: readonly number[];
  readonly message?: RegExp;
  /** The request may have been carried out. */
  readonly maybeCharged?: boolean;
}

/** A gateway that gave up waiting: what it waited for may have been carried out. */
const gatewayGaveUp = [504, 520, 524];

/**
 * The errors of the images API as data. Asked in this order: `codes` of every rule, then `types`, then status together with
 * message, then status alone. docs/image-errors.md says the same in words.
 */
export const errorTable: readonly Rule[] = [
  { is: 'key-rejected', codes: ['invalid_api_key', 'account_deactivated', 'invalid_organization'], statuses: [401] },
  { is: 'organization-not-verified', statuses: [403], message: /must be verified/i },
  { is: 'key-rejected', codes: ['permission_denied'], statuses: [403] },
  {
    is: 'model-not-found',
    codes: ['model_not_found', 'model_deprecated', 'DeploymentNotFound'],
    statuses: [404],
    message: /model/i,
  },
  {
    is: 'out-of-tokens',
    codes: [
      'insufficient_quota',
      'credit_balance_exhausted',
      'organization_spend_limit_exceeded',
      'project_spend_limit_exceeded',
      'organization_usage_limit_exceeded',
      'billing_hard_limit_reached',
      'billing_not_active',
    ],
    types: ['insufficient_quota', 'billing_limit_user_error'],
    statuses: [402],
  },
  { is: 'out-of-tokens', statuses: [429], message: /quota|billing|credit|spend limit/i },
  { is: 'too-fast', codes: ['rate_limit_exceeded', 'slow_down'], statuses: [429] },
  { is: 'declined', codes: ['moderation_blocked', 'content_policy_violation', 'contentFilter', 'content_filter'] },
  { is: 'declined', statuses: [400], message: /safety system|content policy/i },
  { is: 'server-trouble', statuses: gatewayGaveUp, maybeCharged: true },
  { is: 'server-trouble', types: ['server_error'], statuses: [500, 502, 503, 521, 522, 523, 529] },
  { is: 'bad-request', statuses: [400, 404, 405, 409, 413, 415, 422] },
];

/** Finds the row of the table; an answer that no row knows is a bad answer. */
export function classify(error: UpstreamError): { readonly code: ProviderErrorCode; readonly maybeCharged: boolean } {
  const { code, type, status, message } = error;
  const rule =
    (code && errorTable.find(({ codes }) => codes?.includes(code))) ||
    (type && errorTable.find(({ types }) => types?.includes(type) && !hasMoreToSay(status))) ||
    errorTable.find((row) => row.statuses?.includes(status) && row.message?.test(message ?? '')) ||
    errorTable.find((row) => row.statuses?.includes(status) && !row.message);
  if (rule) return { code: rule.is, maybeCharged: rule.maybeCharged ?? false };
  return { code: status >= 500 ? 'server-trouble' : 'bad-answer', maybeCharged: false };
}

/** A gateway timeout says more than its type does. */
const hasMoreToSay = (status: number): boolean => gatewayGaveUp.includes(status);
