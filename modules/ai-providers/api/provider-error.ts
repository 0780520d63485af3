/** What went wrong, by the rows of docs/image-errors.md. */
export const providerErrorCodes = [
  'key-missing',
  'endpoint-missing',
  'endpoint-not-found',
  'untrusted-certificate',
  'invalid-api-key',
  'access-denied',
  'organization-not-verified',
  'model-not-found',
  'insufficient-quota',
  'rate-limited',
  'declined',
  'request-too-large',
  'bad-request',
  'server-error',
  'timed-out',
  'connection-error',
  'invalid-response',
  'cancelled',
] as const;
export type ProviderErrorCode = (typeof providerErrorCodes)[number];

/** The one error a provider throws. The message is for the administrator and holds no key and no prompt. */
export class ProviderError extends Error {
  constructor(
    readonly code: ProviderErrorCode,
    message: string,
    options: {
      readonly cause?: unknown;
      /** How long the service asks to be left alone; what is no number of seconds is taken for nothing said. */
      readonly retryAfterSeconds?: number | undefined;
      readonly maybeCharged?: boolean;
      readonly status?: number;
      /** What the safety system objects to, when the code is `declined` and it says so: short words. */
      readonly categories?: readonly string[];
      /** Under which the service knows the request, for who asks its makers. */
      readonly requestId?: string | undefined;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ProviderError';
    const { retryAfterSeconds = Number.NaN } = options;
    this.retryAfterSeconds = Number.isFinite(retryAfterSeconds) ? Math.max(0, Math.ceil(retryAfterSeconds)) : undefined;
    this.maybeCharged = options.maybeCharged ?? false;
    this.status = options.status;
    this.categories = options.categories ?? [];
    this.requestId = options.requestId;
  }

  /** The same with what only the answer's headers say; an id that is there already stays. */
  withRequestId(requestId: string | undefined): ProviderError {
    return this.requestId !== undefined || requestId === undefined ? this : this.with({ requestId });
  }

  /** The same of a request of which nothing was sent. */
  notCharged(): ProviderError {
    return this.maybeCharged ? this.with({ maybeCharged: false }) : this;
  }

  private with(changes: { readonly requestId?: string; readonly maybeCharged?: boolean }): ProviderError {
    return new ProviderError(this.code, this.message, { ...this, cause: this.cause, ...changes });
  }

  readonly retryAfterSeconds: number | undefined;
  /** True when the request may have been carried out although no image arrived. */
  readonly maybeCharged: boolean;
  readonly status: number | undefined;
  readonly categories: readonly string[];
  readonly requestId: string | undefined;
}
