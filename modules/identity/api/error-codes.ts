/** Codes of the errors that this package throws; docs/errors.md says of each what happened and what to do. */
export type IdentityErrorCode =
  | 'administrators-only'
  | 'api-token-invalid'
  | 'api-token-slowed'
  | 'authenticator-exists'
  | 'authenticator-unreadable'
  | 'code-wrong'
  | 'confirmation-required'
  | 'email-taken'
  | 'enrolment-expired'
  | 'last-administrator'
  | 'one-time-password-expired'
  | 'own-account'
  | 'passkey-expired'
  | 'passkey-invalid'
  | 'passkey-refused'
  | 'passkeys-impossible'
  | 'password-wrong'
  | 'passwords-differ'
  | 'person-unknown'
  | 'role-missing'
  | 'role-unknown'
  | 'second-factor-required'
  | 'sign-in-busy'
  | 'sign-in-failed'
  | 'sign-in-slowed'
  | 'ticket-expired'
  | 'too-many-passkeys'
  | 'too-many-tokens'
  | 'who-missing';

declare global {
  interface PorticoErrorCodes extends Record<IdentityErrorCode, true> {}
}
