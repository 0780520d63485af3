import type { ExternalIdentity } from '@portico/identity/api';

/** Claims of an identity token, and of the answer about the person where the provider was asked. */
export interface SignedClaims {
  readonly iss: string;
  readonly sub: string;
  readonly [claim: string]: unknown;
}

/**
 * Who somebody is by what a provider says. Address and whether it was verified come from the same place: a verified one here says nothing about another
 * one there. Only `true` is verified.
 */
export function identityOf(token: SignedClaims, userInfo: object | undefined, groupsClaim: string): ExternalIdentity {
  const info = (userInfo ?? {}) as Readonly<Record<string, unknown>>;
  const saysAddress = 'email' in token && ('email_verified' in token || !('email' in info));
  const source: Readonly<Record<string, unknown>> = saysAddress ? token : info;
  const email = textOf(source.email);
  const name = textOf(token.name) ?? textOf(info.name) ?? textOf(token.preferred_username) ?? textOf(info.preferred_username);
  const groups = groupsOf(token, groupsClaim) ?? groupsOf(info, groupsClaim);
  const sid = textOf(token.sid);
  return {
    issuer: token.iss,
    subject: token.sub,
    ...(email === undefined ? {} : { email }),
    emailVerified: source.email_verified === true,
    ...(name === undefined ? {} : { name }),
    ...(groups === undefined ? {} : { groups }),
    ...(sid === undefined ? {} : { sid }),
  };
}

/** Whether the provider has to be asked about the person, because the token does not say all. */
export function isIncomplete(token: SignedClaims, groupsClaim: string): boolean {
  return (
    !('email' in token && 'email_verified' in token && 'name' in token) ||
    (groupsClaim !== '' && groupsOf(token, groupsClaim) === undefined)
  );
}

/** One text is one group; absent, or what is no list at all, means that nothing was said. */
function groupsOf(claims: Readonly<Record<string, unknown>>, claim: string): readonly string[] | undefined {
  if (claim === '') return undefined;
  const said = claim in claims ? claims[claim] : valueAt(claims, claim.split('.'));
  if (typeof said === 'string') return said === '' ? [] : [said];
  if (!Array.isArray(said)) return undefined;
  return said.filter((group): group is string => typeof group === 'string' && group !== '');
}

function valueAt(claims: unknown, path: readonly string[]): unknown {
  let value = claims;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

function textOf(claim: unknown): string | undefined {
  return typeof claim === 'string' && claim.trim() !== '' ? claim.trim() : undefined;
}
