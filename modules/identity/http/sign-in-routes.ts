import {
  type BrowserCookie,
  Cookies,
  type HttpRoutes,
  inject,
  injectable,
  PortalError,
  type RouteContext,
  type Router,
  SessionCookie,
} from '@portico/core';
import { localAddress } from '@portico/core/util';
import { AccountMails } from '../services/account-mails.js';
import { SessionStore } from '../services/session-store.js';
import { type OpenedSession, SignIn } from '../services/sign-in.js';
import { newPasswordForm, nextQuery, signInForm } from './input.js';

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

const pagesOfSigning = /^\/sign-(?:in|out)(?![\w-])/;

/** Where a person goes on to after signing in: a place of the portal that is not the sign-in itself. */
function addressAfterSignIn(next: string | undefined): string {
  const place = localAddress(next);
  return place === undefined || pagesOfSigning.test(place) ? '/web/home' : place;
}

/** As long as browsers keep any cookie. */
const deviceSeconds = 400 * 24 * 3600;

/** Of a browser from an earlier sign-in, which signing out leaves; it opens nothing. */
export const deviceCookie = (cookies: Cookies): BrowserCookie => cookies.named('device', deviceSeconds);

/** Signing in. What fails is shown again with the email address as it was typed, and one sentence whatever was wrong. */
@injectable()
export class SignInRoutes implements HttpRoutes {
  readonly prefix = '/sign-in';
  private readonly device: BrowserCookie;

  constructor(
    @inject(SignIn) private readonly signIn: SignIn,
    @inject(SessionStore) private readonly sessions: SessionStore,
    @inject(SessionCookie) private readonly cookie: SessionCookie,
    @inject(Cookies) cookies: Cookies,
    @inject(AccountMails) private readonly mails: AccountMails,
  ) {
    this.device = deviceCookie(cookies);
  }

  register(router: Router): void {
    router.get('/', { access: 'public', query: nextQuery }, (ctx) => {
      const { next } = ctx.input.query;
      if (ctx.session) this.goOn(ctx, next);
      else this.showSignIn(ctx, { next });
    });

    router.post('/', { access: 'public', body: signInForm }, async (ctx) => {
      const { email, password, next } = ctx.input.body;
      try {
        const result = await this.signIn.withPassword(email, password, ctx.ip, this.device.read(ctx));
        if (result.kind === 'new-password') this.showNewPassword(ctx, { ticket: result.ticket, next });
        else await this.open(ctx, result, next);
      } catch (error) {
        this.showSignIn(ctx, { email, next, error: shown(ctx, error) });
      }
    });

    router.post('/new-password', { access: 'public', body: newPasswordForm }, async (ctx) => {
      const { ticket, password, repeated, next } = ctx.input.body;
      try {
        if (password !== repeated) throw new PortalError('passwords-differ', ctx.text('password.differ'), { status: 400 });
        await this.open(ctx, await this.signIn.withTicket(ticket, password, this.device.read(ctx)), next);
      } catch (failure) {
        const error = shown(ctx, failure);
        if (error.code === 'ticket-expired') this.showSignIn(ctx, { next, error });
        else this.showNewPassword(ctx, { ticket, next, error });
      }
    });
  }

  /** A session of before does not live on beside the new one. */
  private async open(ctx: RouteContext, { token, device }: OpenedSession, next: string | undefined): Promise<void> {
    if (ctx.session) await this.sessions.end(ctx.session);
    this.cookie.set(ctx, token);
    this.device.set(ctx, device);
    this.goOn(ctx, next);
  }

  private goOn(ctx: RouteContext, next: string | undefined): void {
    ctx.status = 303;
    ctx.redirect(addressAfterSignIn(next));
  }

  private showSignIn(ctx: RouteContext, model: { email?: string; next?: string; error?: PortalError }): void {
    const { error } = model;
    if (error?.retryAfter !== undefined) ctx.set('Retry-After', String(error.retryAfter));
    ctx.render(
      'sign-in',
      { ...model, canMail: this.mails.isReady, error: error?.message },
      { title: ctx.text('sign-in.title'), layout: 'plain', status: error?.status ?? 200 },
    );
  }

  private showNewPassword(ctx: RouteContext, model: { ticket: string; next?: string; error?: PortalError }): void {
    const { error } = model;
    ctx.render(
      'new-password',
      { ...model, error: error?.message },
      { title: ctx.text('new-password.title'), layout: 'plain', status: error?.status ?? 200 },
    );
  }
}

/** Programs get the error as it is; people see it on the form. */
function shown(ctx: RouteContext, error: unknown): PortalError {
  if (!(error instanceof PortalError) || !error.expose || ctx.accepts('html', 'json') === 'json') throw error;
  return error;
}
