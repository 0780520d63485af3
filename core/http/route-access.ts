import { notFound, PortalError, type RouteAccess } from '../api/index.js';
import { scopeRefusal } from '../util/index.js';
import { changesState } from './csrf.js';
import { wantsHtml } from './error-answers.js';
import { type HostContext, isFragment } from './exchange.js';

const signInPage = '/sign-in';

/**
 * Whether the person may call the route; throws otherwise. Guests are sent to sign in and come back afterwards.
 * @returns false when the answer has been given already.
 */
export function admit(ctx: HostContext, access: RouteAccess, sessionsPresent: boolean): boolean {
  if (access === 'public') return true;
  const allowed = access === 'signed-in' ? ctx.session !== undefined : ctx.access.can(access.permission);
  if (allowed) return true;
  if (ctx.exchange.caller && typeof access === 'object') {
    const refusal = scopeRefusal(ctx.access, access.permission);
    if (refusal) throw refusal;
  }
  if (ctx.exchange.caller || (ctx.session && sessionsPresent)) {
    // What a person may not see is not there; what they may not do is refused.
    if (!changesState(ctx.method)) throw notFound();
    throw new PortalError('forbidden', 'You may not do this here.', { status: 403 });
  }
  if (ctx.exchange.cookie !== undefined && !sessionsPresent) {
    throw new PortalError('module-unavailable', 'Signing in is not available right now. Try again in a moment.', {
      status: 503,
      expose: true,
      retryAfter: 5,
    });
  }
  // A script would follow the redirect and show the sign-in page inside of a dialog.
  if (!changesState(ctx.method) && !isFragment(ctx) && wantsHtml(ctx)) {
    ctx.redirect(`${signInPage}?next=${encodeURIComponent(ctx.originalUrl)}`);
    ctx.status = 303;
    return false;
  }
  throw new PortalError('sign-in-required', 'Sign in to do this.', { status: 401 });
}
