import { type Flags, notFound } from '@portico/core';
import { creatorFlag } from '../services/availability/availability.js';

/** For everything at an administrator's page, forms included. @throws PortalError `not-found` (404) while the flag is off. */
export function requireFlag(flags: Flags): void {
  if (!flags.isEnabled(creatorFlag)) throw notFound();
}
