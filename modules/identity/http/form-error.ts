import { PortalError } from '@portico/core';

/** An error that a page says beside what was typed. Others have pages of their own: they are thrown on. */
export function formError(error: unknown, ...statuses: readonly number[]): PortalError {
  if (error instanceof PortalError && statuses.includes(error.status)) return error;
  throw error;
}
