/** Codes of the errors that this package throws; docs/errors.md says of each what happened and what to do. */
export type IdentityErrorCode =
  | 'administrators-only'
  | 'api-token-invalid'
  | 'api-token-slowed'
  | 'email-taken'
  | 'last-administrator'
  | 'link-ended'
  | 'mails-slowed'
  | 'password-wrong'
  | 'passwords-differ'
  | 'person-unknown'
  | 'role-missing'
  | 'role-unknown'
  | 'sign-in-busy'
  | 'sign-in-failed'
  | 'sign-in-slowed'
  | 'ticket-expired'
  | 'too-many-tokens';

declare global {
  interface PorticoErrorCodes extends Record<IdentityErrorCode, true> {}
}
