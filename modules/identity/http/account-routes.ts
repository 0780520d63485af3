import {
  type BrowserCookie,
  Cookies,
  type HttpRoutes,
  inject,
  injectable,
  PortalError,
  type RouteContext,
  type Router,
  type Session,
  SessionCookie,
} from '@portico/core';
import { AccountMails } from '../services/account-mails.js';
import { AccountRepository } from '../services/account-repository.js';
import { SignIn } from '../services/sign-in.js';
import { changePasswordForm, nameForm } from './input.js';
import { deviceCookie } from './sign-in-routes.js';

/** What people change about themselves. */
@injectable()
export class AccountRoutes implements HttpRoutes {
  readonly prefix = '/account';
  private readonly device: BrowserCookie;

  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(SignIn) private readonly signIn: SignIn,
    @inject(SessionCookie) private readonly cookie: SessionCookie,
    @inject(Cookies) cookies: Cookies,
    @inject(AccountMails) private readonly mails: AccountMails,
  ) {
    this.device = deviceCookie(cookies);
  }

  register(router: Router): void {
    router.get('/', { access: 'signed-in' }, (ctx) => this.show(ctx));

    router.post('/name', { access: 'signed-in', body: nameForm }, async (ctx) => {
      const { name } = ctx.input.body;
      try {
        await this.accounts.rename(sessionOf(ctx).person.id, name);
        ctx.redirectWith('/account', ctx.text('account.name-saved'));
      } catch (error) {
        this.show(ctx, { name, error: inputError(error), form: 'name' });
      }
    });

    router.post('/password', { access: 'signed-in', body: changePasswordForm }, async (ctx) => {
      const { current, password, repeated } = ctx.input.body;
      try {
        if (password !== repeated) throw new PortalError('passwords-differ', ctx.text('password.differ'), { status: 400 });
        const passwords = { current, next: password };
        const { token, device } = await this.signIn.changePassword(sessionOf(ctx), passwords, ctx.ip, this.device.read(ctx));
        this.cookie.set(ctx, token);
        this.device.set(ctx, device);
        ctx.redirectWith('/account', ctx.text('account.password-saved'));
      } catch (error) {
        this.show(ctx, { error: inputError(error), form: 'password' });
      }
    });
  }

  private show(ctx: RouteContext, tried: { name?: string; error?: PortalError; form?: 'name' | 'password' } = {}): void {
    const { person } = sessionOf(ctx);
    const model = {
      email: person.email,
      canMail: this.mails.isReady,
      name: tried.name ?? person.name,
      nameError: tried.form === 'name' ? tried.error?.message : undefined,
      passwordError: tried.form === 'password' ? tried.error?.message : undefined,
    };
    if (tried.error?.retryAfter !== undefined) ctx.set('Retry-After', String(tried.error.retryAfter));
    ctx.render('account', model, { title: ctx.text('account.title'), status: tried.error?.status ?? 200 });
  }
}

function sessionOf(ctx: RouteContext): Session {
  if (!ctx.session) throw new PortalError('sign-in-required', 'Sign in to do this.', { status: 401 });
  return ctx.session;
}

function inputError(error: unknown): PortalError {
  if (error instanceof PortalError && [400, 429].includes(error.status)) return error;
  throw error;
}
