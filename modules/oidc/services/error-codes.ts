/** Codes of the errors that this package throws; docs/errors.md says of each what happened and what to do. */
export type OidcErrorCode =
  | 'oidc-answer-invalid'
  | 'oidc-attempt-over'
  | 'oidc-cancelled'
  | 'oidc-client-refused'
  | 'oidc-clock'
  | 'oidc-other-person'
  | 'oidc-refused'
  | 'oidc-slowed'
  | 'oidc-unreachable';

declare global {
  interface PorticoErrorCodes extends Record<OidcErrorCode, true> {}
}
