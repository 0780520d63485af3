import type { PortalError } from '../api/index.js';
import type { HostContext } from './exchange.js';

/** Our tokens say that they are ours: a proxy in front may send bearers of its own. */
const bearer = /^Bearer +(portico_[\w-]{20,200}) *$/i;

/** The API token that the request brings. */
export function tokenOf(ctx: HostContext): string | undefined {
  return bearer.exec(ctx.req.headers.authorization ?? '')?.[1];
}

/** What RFC 6750 has a refusal say to programs: on routes that take API tokens, where a token lacks a scope, and where none is taken. */
export function challengeOf(ctx: HostContext, error: PortalError): string | undefined {
  if (error.code === 'insufficient-scope') return `Bearer error="insufficient_scope", scope="${String(error.details.scope)}"`;
  if (error.code === 'api-token-not-taken') return 'Bearer error="invalid_token", error_description="No API token is taken here"';
  if (error.status !== 401 || !ctx.exchange.declaration?.apiToken) return undefined;
  return tokenOf(ctx) === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
}
