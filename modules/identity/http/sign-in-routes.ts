import { type HttpRoutes, inject, injectable, PortalError, type Router, SessionCookie } from '@portico/core';
import { ExternalSessions } from '../services/external-sessions.js';
import { OfferedMethods } from '../services/offered-methods.js';
import { SessionStore } from '../services/session-store.js';
import { SignIn } from '../services/sign-in.js';
import { newPasswordForm, nextQuery, signInForm } from './input.js';
import { SignInPages, shownError } from './sign-in-pages.js';

/** Signing out, also for a session that has ended by itself. */
@injectable()
export class SignOutRoutes implements HttpRoutes {
  readonly prefix = '/sign-out';

  constructor(
    @inject(SessionStore) private readonly sessions: SessionStore,
    @inject(SessionCookie) private readonly cookie: SessionCookie,
    @inject(ExternalSessions) private readonly external: ExternalSessions,
    @inject(OfferedMethods) private readonly methods: OfferedMethods,
  ) {}

  register(router: Router): void {
    router.post('/', { access: 'public' }, async (ctx) => {
      const begun = ctx.session && (await this.external.of(ctx.session));
      if (ctx.session) await this.sessions.end(ctx.session);
      this.cookie.clear(ctx);
      const address = begun && (await this.methods.signOutAddress(begun));
      if (begun && address !== undefined) {
        // Not a redirect: browsers let a form lead to other sites only where the page of the form names them.
        ctx.set('Refresh', `0; url=${address}`);
        const name = this.methods.nameOf(begun.provider, ctx.access.locale) ?? begun.issuer;
        ctx.render('signed-out', { name, address }, { title: ctx.text('sign-out.done'), layout: 'plain' });
        return;
      }
      ctx.redirectWith('/sign-in', ctx.text('sign-out.done'));
    });
  }
}

/** Signing in. What fails is shown again with the email address as it was typed, and one sentence whatever was wrong. */
@injectable()
export class SignInRoutes implements HttpRoutes {
  readonly prefix = '/sign-in';

  constructor(
    @inject(SignIn) private readonly signIn: SignIn,
    @inject(SignInPages) private readonly pages: SignInPages,
  ) {}

  register(router: Router): void {
    router.get('/', { access: 'public', query: nextQuery }, (ctx) => {
      const { next } = ctx.input.query;
      if (ctx.session) this.pages.goOn(ctx, next, ctx.session.person);
      else this.pages.signIn(ctx, { next });
    });

    router.post('/', { access: 'public', body: signInForm }, async (ctx) => {
      const { email, password, next } = ctx.input.body;
      try {
        await this.pages.follow(ctx, await this.signIn.withPassword(email, password, this.pages.visitor(ctx)), next);
      } catch (error) {
        this.pages.signIn(ctx, { email, next, error: shownError(ctx, error) });
      }
    });

    router.post('/new-password', { access: 'public', body: newPasswordForm }, async (ctx) => {
      const { ticket, password, repeated, next } = ctx.input.body;
      try {
        if (password !== repeated) throw new PortalError('passwords-differ', ctx.text('password.differ'), { status: 400 });
        await this.pages.follow(ctx, await this.signIn.withTicket(ticket, password, this.pages.visitor(ctx)), next);
      } catch (failure) {
        const error = shownError(ctx, failure);
        if (error.code === 'ticket-expired') this.pages.signIn(ctx, { next, error });
        else this.pages.newPassword(ctx, { ticket, next, error });
      }
    });
  }
}
