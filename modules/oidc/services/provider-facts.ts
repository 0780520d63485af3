import { invalidInput } from '@portico/core';
import type { GroupRole } from '@portico/identity/api';
import { isLoopback } from './guarded-fetch.js';

/** What administrators say about a provider. */
export interface ProviderFacts {
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  /** With blanks between them. */
  readonly scopes: string;
  /** Empty: no groups. A dot leads into an object, e.g. `realm_access.roles`. */
  readonly groupsClaim: string;
  readonly groupRoles: readonly GroupRole[];
  readonly addsPeople: boolean;
  readonly countsAsSecondFactor: boolean;
}

const discoveryPath = /\/\.well-known\/openid-configuration\/?$/;
const scopePattern = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Checks everything at once, so that a form can say all that is wrong with it. @throws PortalError `invalid-input` (400) with fields. */
export function checkedFacts(typed: ProviderFacts): ProviderFacts {
  const name = typed.name.trim().replace(/\s+/g, ' ');
  const issuer = typed.issuer.trim().replace(discoveryPath, '');
  const clientId = typed.clientId.trim();
  const scopes = [...new Set(['openid', ...typed.scopes.split(/[\s,]+/).filter((scope) => scope !== '')])];
  const groupsClaim = typed.groupsClaim.trim();
  const problems: Record<string, string> = {};
  if (name === '' || name.length > 75) problems.name = 'Enter a name of at most 75 characters.';
  const issuerProblem = problemOfIssuer(issuer);
  if (issuerProblem !== undefined) problems.issuer = issuerProblem;
  if (clientId === '' || clientId.length > 500) problems.clientId = 'Enter the client ID that the provider gave this portal.';
  if (!scopes.every((scope) => scopePattern.test(scope)) || scopes.join(' ').length > 1000)
    problems.scopes = 'Enter names of scopes with blanks between them, such as openid email profile.';
  if (groupsClaim.length > 200) problems.groupsClaim = 'Enter the name of a claim of at most 200 characters.';
  if (typed.groupRoles.some(({ group }) => group.length > 500))
    problems.groupRoles = 'The name of a group is longer than 500 characters.';
  if (Object.keys(problems).length > 0) throw invalidInput(problems);
  return { ...typed, name, issuer, clientId, scopes: scopes.join(' '), groupsClaim };
}

function problemOfIssuer(issuer: string): string | undefined {
  if (!URL.canParse(issuer)) return 'Enter the address of the issuer, such as https://id.example.org.';
  const url = new URL(issuer);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return 'Enter the address of the issuer alone, without a user, a question mark or a hash.';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol === 'http:' && isLoopback(url)) return undefined;
  return 'The issuer must be reached by https; http is for a provider on this very machine only.';
}
