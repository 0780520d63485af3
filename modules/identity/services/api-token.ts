import { type PermissionId, type Person, PortalError } from '@portico/core';

/** Of a person, or of a service account. */
export const mostTokens = 50;
const longestDays = 366;

/** What a person says about a new token. */
export interface NewApiToken {
  readonly name: string;
  readonly scopes: readonly PermissionId[];
  readonly days: number;
}

/** A token as its owner sees it; never the token itself. */
export interface ApiTokenView {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly PermissionId[];
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt: number | undefined;
}

/** What is wrong with what somebody says about a new token, by field. */
export function problemsOf(name: string, days: number): Readonly<Record<string, string>> {
  return {
    ...(name.trim() === '' || name.length > 100 ? { name: 'Enter a name of at most 100 characters.' } : {}),
    ...(Number.isInteger(days) && days >= 1 && days <= longestDays ? {} : { days: `Enter 1 to ${longestDays} days.` }),
  };
}

export function tooManyTokens({ kind }: Person): PortalError {
  return kind === 'service'
    ? new PortalError('too-many-tokens', `This service account has ${mostTokens} API tokens already. Revoke one first.`, {
        status: 409,
      })
    : new PortalError('too-many-tokens', `You have ${mostTokens} API tokens already. Revoke one first.`, { status: 409 });
}
