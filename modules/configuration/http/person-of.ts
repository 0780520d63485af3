import { type AccessContext, type Person, PortalError } from '@portico/core';

/** Who asks, on routes that need a permission and therefore somebody. */
export function personOf({ person }: AccessContext): Person {
  if (!person) throw new PortalError('sign-in-required', 'Sign in to do this.', { status: 401 });
  return person;
}
