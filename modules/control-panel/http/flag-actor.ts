import { type FlagActor, PortalError, type RouteContext } from '@portico/core';

/** Who switches a flag on a route that needs a permission and therefore somebody; a token is named beside its person. */
export function flagActor(
  { access }: Pick<RouteContext, 'access'>,
  via: 'screen' | 'api',
  reason: string | undefined,
): FlagActor {
  const { person, token } = access;
  if (!person) throw new PortalError('sign-in-required', 'Sign in to do this.', { status: 401 });
  const name = person.name || person.email;
  return { by: { id: person.id, name: token ? `${name} (token ${token.name})` : name }, via, ...(reason ? { reason } : {}) };
}
