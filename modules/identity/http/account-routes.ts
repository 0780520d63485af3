import { type HttpRoutes, inject, injectable, PortalError, type RouteContext, type Router } from '@portico/core';
import { AccountMails } from '../services/account-mails.js';
import { AccountRepository } from '../services/account-repository.js';
import { PersonAccess } from '../services/person-access.js';
import { PersonPreferences } from '../services/person-preferences.js';
import { SignIn } from '../services/sign-in.js';
import { ConnectionRoutes } from './connection-routes.js';
import { formError } from './form-error.js';
import { changePasswordForm, nameForm } from './input.js';
import { OwnAccount } from './own-account.js';
import { ownLanguageModel } from './own-language-routes.js';
import { SignInPages } from './sign-in-pages.js';
import { waysModel } from './ways-model.js';

/** What people change about themselves. */
@injectable()
export class AccountRoutes implements HttpRoutes {
  readonly prefix = '/account';

  constructor(
    @inject(OwnAccount) private readonly own: OwnAccount,
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(SignIn) private readonly signIn: SignIn,
    @inject(PersonAccess) private readonly ways: PersonAccess,
    @inject(SignInPages) private readonly pages: SignInPages,
    @inject(ConnectionRoutes) private readonly connections: ConnectionRoutes,
    @inject(AccountMails) private readonly mails: AccountMails,
    @inject(PersonPreferences) private readonly preferences: PersonPreferences,
  ) {}

  register(router: Router): void {
    router.get('/', { access: 'signed-in' }, (ctx) => this.show(ctx));

    router.post('/name', { access: 'signed-in', body: nameForm }, async (ctx) => {
      const { name } = ctx.input.body;
      try {
        await this.accounts.rename(this.own.session(ctx).person.id, name);
        ctx.redirectWith('/account', ctx.text('account.name-saved'));
      } catch (error) {
        await this.show(ctx, { name, error: formError(error, 400, 429), form: 'name' });
      }
    });

    router.post('/password', { access: 'signed-in', body: changePasswordForm }, async (ctx) => {
      const { current, password, repeated } = ctx.input.body;
      try {
        if (password !== repeated) throw new PortalError('passwords-differ', ctx.text('password.differ'), { status: 400 });
        const passwords = { current, next: password };
        const opened = await this.signIn.changePassword(this.own.session(ctx), passwords, this.own.visitor(ctx));
        await this.pages.open(ctx, opened);
        ctx.redirectWith('/account', ctx.text('account.password-saved'));
      } catch (error) {
        await this.show(ctx, { error: formError(error, 400, 429), form: 'password' });
      }
    });
  }

  private async show(
    ctx: RouteContext,
    tried: { name?: string; error?: PortalError; form?: 'name' | 'password' } = {},
  ): Promise<void> {
    const session = this.own.session(ctx);
    const { person } = session;
    const model = {
      email: person.email,
      canMail: this.mails.isReady,
      name: tried.name ?? person.name,
      nameError: tried.form === 'name' ? tried.error?.message : undefined,
      passwordError: tried.form === 'password' ? tried.error?.message : undefined,
      own: ownLanguageModel(ctx, this.preferences.locales()),
      connected: await this.connections.model(ctx),
      ways: waysModel(ctx, await this.ways.of(person.id, session)),
    };
    if (tried.error?.retryAfter !== undefined) ctx.set('Retry-After', String(tried.error.retryAfter));
    ctx.render('account', model, { title: ctx.text('account.title'), status: tried.error?.status ?? 200 });
  }
}
