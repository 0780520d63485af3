import { type HttpRoutes, inject, injectable, type Router, SessionCookie } from '@portico/core';
import { SessionStore } from '../services/session-store.js';

/** Signing out, also for a session that has ended by itself. */
@injectable()
export class SignOutRoutes implements HttpRoutes {
  readonly prefix = '/sign-out';

  constructor(
    @inject(SessionStore) private readonly sessions: SessionStore,
    @inject(SessionCookie) private readonly cookie: SessionCookie,
  ) {}

  register(router: Router): void {
    router.post('/', { access: 'public' }, async (ctx) => {
      if (ctx.session) await this.sessions.end(ctx.session);
      this.cookie.clear(ctx);
      ctx.redirectWith('/sign-in', ctx.text('sign-out.done'));
    });
  }
}
