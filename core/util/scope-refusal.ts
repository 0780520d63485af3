import type { AccessContext, PermissionId } from '../api/index.js';
import { PortalError } from '../api/index.js';

/**
 * What a program hears whose API token does not reach what its person may do: 403 with the scopes that it lacks.
 * @returns undefined when nothing is missing, or when the person may not do it either: then the scopes are not what is in the way.
 */
export function scopeRefusal(access: AccessContext, ...needed: readonly PermissionId[]): PortalError | undefined {
  const missing = needed.filter((permission) => !access.can(permission));
  if (missing.length === 0 || !missing.every((permission) => access.outOfScope?.(permission))) return undefined;
  const scopes = missing.length === 1 ? 'the scope' : 'the scopes';
  return new PortalError('insufficient-scope', `This API token lacks ${scopes} ${missing.join(' and ')}.`, {
    status: 403,
    details: { scope: needed.join(' '), missing },
  });
}
