/** Codes of the errors that this package throws; docs/errors.md says of each what happened and what to do. */
export type IdentityErrorCode =
  | 'administrators-only'
  | 'api-token-invalid'
  | 'api-token-slowed'
  | 'beyond-rights'
  | 'email-taken'
  | 'group-taken'
  | 'group-unknown'
  | 'last-administrator'
  | 'password-wrong'
  | 'passwords-differ'
  | 'person-unknown'
  | 'permission-unknown'
  | 'role-built-in'
  | 'role-fixed'
  | 'role-missing'
  | 'role-taken'
  | 'role-unknown'
  | 'sign-in-busy'
  | 'sign-in-failed'
  | 'sign-in-slowed'
  | 'ticket-expired'
  | 'too-many-roles'
  | 'too-many-tokens';

declare global {
  interface PorticoErrorCodes extends Record<IdentityErrorCode, true> {}
}
