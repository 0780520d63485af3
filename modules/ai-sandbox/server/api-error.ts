/** An error as the images API words it. */
export interface ApiError {
  readonly status: number;
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
  readonly param?: string | null;
  readonly retryAfter?: number;
}

export const errorBody = ({ message, type, code, param = null }: ApiError): object => ({ error: { message, type, param, code } });

const invalid = (code: string, message: string, param: string): ApiError => ({
  status: 400,
  type: 'invalid_request_error',
  code,
  message,
  param,
});

export const invalidValue = (param: string, message: string): ApiError => invalid('invalid_value', message, param);
export const unknownParameter = (param: string): ApiError =>
  invalid('unknown_parameter', `Unknown parameter: '${param}'.`, param);
export const invalidSize = (size: unknown): ApiError =>
  invalid(
    'invalid_size',
    `Invalid size '${String(size)}'. Supported sizes are 1024x1024, 1024x1536, 1536x1024, and auto.`,
    'size',
  );
export const modelNotFound = (model: unknown): ApiError => ({
  status: 404,
  type: 'invalid_request_error',
  code: 'model_not_found',
  message: `The model '${String(model)}' does not exist or you do not have access to it.`,
  param: 'model',
});

/** Like the real one, it echoes a part of the key. */
export function invalidKey(key: string): ApiError {
  const shown = key.length > 12 ? `${key.slice(0, 8)}${'*'.repeat(8)}${key.slice(-4)}` : key;
  return {
    status: 401,
    type: 'invalid_request_error',
    code: 'invalid_api_key',
    message: `Incorrect API key provided: ${shown}. You can find your API key at https://platform.openai.com/account/api-keys.`,
  };
}

export const missingKey: ApiError = {
  status: 401,
  type: 'invalid_request_error',
  code: null,
  message: "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth.",
};

const outOf = (code: string, message: string, type = 'insufficient_quota'): ApiError => ({ status: 429, type, code, message });
const server = (status: number, message: string): ApiError => ({ status, type: 'server_error', code: null, message });

/** Errors that the sandbox answers when it is told to, by the name of the behaviour. */
export const apiErrors = {
  'invalid-api-key': invalidKey('sk-proj-0123456789abcdef'),
  'organization-not-verified': {
    status: 403,
    type: 'invalid_request_error',
    code: null,
    message: 'Your organization must be verified to use this model. If you just verified, it can take up to 30 minutes.',
  },
  'model-not-found': modelNotFound('gpt-image-1'),
  'model-not-found-400': { ...modelNotFound('gpt-image-1'), status: 400 },
  'insufficient-quota': outOf(
    'insufficient_quota',
    'You exceeded your current quota, please check your plan and billing details.',
  ),
  'credit-balance-exhausted': outOf('credit_balance_exhausted', 'Your credit balance is exhausted.'),
  'organization-spend-limit': outOf('organization_spend_limit_exceeded', 'Your organization has reached its spend limit.'),
  'project-spend-limit': outOf('project_spend_limit_exceeded', 'Your project has reached its spend limit.'),
  'organization-usage-limit': outOf(
    'organization_usage_limit_exceeded',
    'Your organization has reached its usage limit.',
    'requests',
  ),
  'quota-by-type': { status: 429, type: 'insufficient_quota', code: null, message: 'You exceeded your current quota.' },
  'billing-hard-limit': {
    status: 400,
    type: 'billing_limit_user_error',
    code: 'billing_hard_limit_reached',
    message: 'Billing hard limit has been reached.',
  },
  'rate-limit': {
    status: 429,
    type: 'requests',
    code: 'rate_limit_exceeded',
    message: 'Rate limit reached for images per minute: Limit 5, Used 5, Requested 1. Please try again in 12s.',
    retryAfter: 12,
  },
  'slow-down': { status: 429, type: 'requests', code: 'slow_down', message: 'Please slow down.', retryAfter: 2 },
  'moderation-blocked': {
    status: 400,
    type: 'image_generation_user_error',
    code: 'moderation_blocked',
    message: 'Your request was rejected by the safety system. safety_violations=[violence].',
  },
  'content-policy-violation': {
    status: 400,
    type: 'invalid_request_error',
    code: 'content_policy_violation',
    message: 'Your request was rejected as a result of our safety system.',
  },
  'invalid-size': invalidSize('512x512'),
  'unknown-parameter': unknownParameter('style'),
  'error-500': server(500, 'The server had an error while processing your request.'),
  'error-502': server(502, 'Bad gateway.'),
  'error-503': { ...server(503, 'The engine is currently overloaded.'), retryAfter: 5 },
  'error-504': server(504, 'Gateway timeout.'),
} as const satisfies Record<string, ApiError>;
