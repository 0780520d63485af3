import type { ProviderErrorCode } from '@portico/ai-providers/api';

/** What an answer says about itself; each part may be missing. */
export interface UpstreamError {
  readonly status: number;
  readonly code?: string | undefined;
  readonly type?: string | undefined;
  readonly message?: string | undefined;
  /** The answer is a page, not the API's words: something between wrote it. */
  readonly isPage?: boolean;
}

interface Rule {
  readonly is: ProviderErrorCode;
  /** Of `code` or `type`, which gateways mix up, in any case. */
  readonly codes?: readonly string[];
  /** Of `type` alone: says less than the status when a gateway gave up. */
  readonly types?: readonly string[];
  readonly statuses?: readonly number[];
  /** With `statuses` only at one of them. */
  readonly message?: RegExp;
  /** At every status, because it means nothing else. */
  readonly says?: RegExp;
  /** Only of pages. */
  readonly pages?: boolean;
  /** The request may have been carried out. */
  readonly maybeCharged?: boolean;
}

/** A gateway that gave up waiting: what it waited for may have been carried out. */
const gatewayGaveUp = [504, 520, 524];

/**
 * The errors of the images API and of the gateways before it, as data. Asked in this order: `codes` of every rule, then `types`, then what
 * means the same at every status, then status together with message, then status alone. docs/image-errors.md says the same in words.
 */
export const errorTable: readonly Rule[] = [
  {
    is: 'insufficient-quota',
    codes: [
      'insufficient_quota',
      'credit_balance_exhausted',
      'organization_spend_limit_exceeded',
      'project_spend_limit_exceeded',
      'organization_usage_limit_exceeded',
      'billing_hard_limit_reached',
      'billing_limit_user_error',
      'billing_not_active',
      'budget_exceeded',
      'exceeded_budget',
      'insufficient_credits',
      'insufficient_balance',
      'insufficient_funds',
      'payment_required',
      'billing_error',
      'credit_limit_reached',
      'quota_exceeded',
      'spend_limit_exceeded',
      'usage_limit_exceeded',
      'ReadOnlyDisabledSubscription',
      '402',
    ],
    statuses: [402],
    says: /\b(?:budget|spend(?:ing)? limit|usage limit)s?\b.{0,40}\b(?:exceeded|used up|exhausted|reached)\b|\bexceeded (?:your |the |its )?(?:current |max(?:imum)? )?(?:quota|budget|spend(?:ing)? limit|usage limit)\b|\b(?:insufficient|not enough|no|out of|run out of) (?:credits?|funds|balance|money)\b|\bcredit balance\b|\bpayment required\b|\bbilling hard limit\b|\b(?:used up|spent|reached|exceeded|exhausted) (?:your |its |the |their )?(?:\w+ ){0,2}(?:allowance|spend(?:ing)? cap|spend(?:ing)? limit|budget)\b|\bout of call volume quota\b|\bsubscription is disabled\b/i,
  },
  { is: 'insufficient-quota', statuses: [429], message: /^(?!.*rate limit).*(?:quota|billing|credit)/is },
  {
    is: 'access-denied',
    codes: [
      'unsupported_country_region_territory',
      'unsupported_country',
      'unsupported_region',
      'unsupported_location',
      'country_not_supported',
      'region_not_supported',
      'location_not_supported',
      'geo_blocked',
      'ip_not_authorized',
      'ip_not_allowed',
      'ip_address_not_allowed',
      'ip_blocked',
      'access_denied_by_network_rules',
      'request_forbidden',
    ],
    statuses: [407, 451],
    says: /\b(?:country|region|territory|(?:user )?location|where you are)\b.{0,60}\b(?:is |are )?(?:not |un)(?:supported|available|offered|allowed)\b|\bnot (?:supported|available|offered|allowed)\b.{0,60}\b(?:country|region|territory|location|where you are)\b|\bvirtual network|\bfirewall\b|\bprivate endpoint|\bpublic (?:network )?access is disabled|\bIP (?:address )?(?:is )?(?:not |un)(?:authorized|allowed)|\bIP (?:address )?(?:has been |is )?(?:blocked|banned)|\bblock access from your country|\b(?:banned|blocked|restricted) in your (?:country|region|territory|location)\b|\berror code: 10(?:06|07|08|09|10|12|20)\b/i,
  },
  { is: 'access-denied', statuses: [403], pages: true },
  { is: 'organization-not-verified', statuses: [403], message: /must be verified/i },
  {
    is: 'model-not-found',
    codes: ['model_not_found', 'model_deprecated', 'DeploymentNotFound', 'deployment_not_found', 'model_not_available'],
    statuses: [404],
    message: /\bmodel\b|\bdeployment\b/i,
  },
  {
    is: 'model-not-found',
    statuses: [400, 422],
    message:
      /\b(?:invalid|unknown|unsupported) model(?: name|:|\b(?= ['"`]))|\bmodel\b.{0,80}\b(?:does not exist|not found|is not available)\b/i,
  },
  { is: 'invalid-api-key', codes: ['invalid_api_key', 'account_deactivated', 'invalid_organization'], statuses: [401] },
  {
    is: 'invalid-api-key',
    codes: ['permission_denied', 'authentication_error', 'token_expired', 'expired_key'],
    statuses: [403],
  },
  { is: 'rate-limited', codes: ['rate_limit_exceeded', 'slow_down', 'rate_limit_error', 'too_many_requests'], statuses: [429] },
  {
    is: 'declined',
    codes: [
      'moderation_blocked',
      'content_policy_violation',
      'contentFilter',
      'content_filter',
      'ResponsibleAIPolicyViolation',
      'guardrails_violation',
    ],
  },
  {
    is: 'declined',
    statuses: [400, 403, 422, 446],
    message:
      /safety system|content (?:policy|management policy|filter)|guardrail|\b(?:input|prompt|description|content|request)\b.{0,20}\b(?:was|is|has been) flagged\b|\bviolat\w+\b.{0,60}\b(?:use|usage|content|safety) polic/i,
  },
  {
    is: 'request-too-large',
    codes: [
      'context_length_exceeded',
      'string_above_max_length',
      'string_too_long',
      'prompt_too_long',
      'input_too_long',
      'request_too_large',
      'payload_too_large',
      'max_tokens_exceeded',
    ],
    statuses: [413, 414],
  },
  {
    is: 'request-too-large',
    statuses: [400, 422, 431],
    message:
      /\btoo long\b|\bmax(?:imum)?[ _](?:context[ _]|prompt[ _])?length\b|\bat most \d+ (?:characters|tokens)\b|\bexceeds? (?:the )?(?:maximum|max|limit)\b.{0,60}\b(?:characters|tokens|length)\b|\b(?:characters|tokens|length)\b.{0,40}\bexceeds?\b/i,
  },
  { is: 'server-error', statuses: gatewayGaveUp, maybeCharged: true },
  { is: 'server-error', types: ['server_error'], statuses: [500, 502, 503, 521, 522, 523, 529] },
  { is: 'endpoint-not-found', codes: ['unknown_url', 'route_not_found'], statuses: [404, 405, 410] },
  { is: 'bad-request', statuses: [400, 409, 415, 422] },
];

/** `InsufficientBalance`, `insufficient-balance` and `insufficient_balance` are one code. */
const normal = (code: string): readonly string[] => [
  code.toLowerCase(),
  code
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[\s.-]+/g, '_')
    .toLowerCase(),
];

/** Finds the row of the table; an answer that no row knows is a bad answer. */
export function classify(error: UpstreamError): { readonly code: ProviderErrorCode; readonly maybeCharged: boolean } {
  const { status, type, message = '', isPage = false } = error;
  const codes = [error.code, type].flatMap((code) => (code ? normal(code) : []));
  const isAt = (row: Rule): boolean => row.statuses?.includes(status) ?? false;
  const rule =
    errorTable.find((row) => row.codes?.some((code) => codes.includes(code.toLowerCase()))) ??
    errorTable.find(({ types }) => type && types?.includes(type) && !gatewayGaveUp.includes(status)) ??
    errorTable.find(({ says }) => says?.test(message)) ??
    errorTable.find((row) => isAt(row) && row.message?.test(message)) ??
    errorTable.find((row) => isAt(row) && row.pages && isPage) ??
    errorTable.find((row) => isAt(row) && !row.message && !row.pages);
  if (rule) return { code: rule.is, maybeCharged: rule.maybeCharged ?? false };
  return { code: status >= 500 ? 'server-error' : 'invalid-response', maybeCharged: false };
}
