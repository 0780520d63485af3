import { type HttpRoutes, inject, injectable, type PortalError, type RouteContext, type Router } from '@portico/core';
import { ExternalAccounts } from '../services/external-accounts.js';
import { endingBy, PersonAccess } from '../services/person-access.js';
import { SignIn } from '../services/sign-in.js';
import { confirmForm, nextPage, sessionParams } from './factor-input.js';
import { formError } from './form-error.js';
import { OwnAccount } from './own-account.js';

const access = 'signed-in';
const home = '/account';

/** Ending sessions of one's own, and giving the password once more before. */
@injectable()
export class OwnSessionsRoutes implements HttpRoutes {
  readonly prefix = home;

  constructor(
    @inject(OwnAccount) private readonly own: OwnAccount,
    @inject(SignIn) private readonly signIn: SignIn,
    @inject(PersonAccess) private readonly ways: PersonAccess,
    @inject(ExternalAccounts) private readonly accounts: ExternalAccounts,
  ) {}

  register(router: Router): void {
    router.post('/sessions/end-others', { access }, async (ctx) => {
      if (this.own.mustConfirm(ctx, home)) return;
      await this.ways.endSessions(this.own.account(ctx), endingBy(ctx.access), this.own.session(ctx));
      ctx.redirectWith(home, ctx.text('sessions.others-ended'));
    });

    router.post('/sessions/:id/end', { access, params: sessionParams }, async (ctx) => {
      if (this.own.mustConfirm(ctx, home)) return;
      await this.ways.endSession(this.own.account(ctx), ctx.input.params.id, endingBy(ctx.access));
      ctx.redirectWith(home, ctx.text('sessions.ended'));
    });

    router.get('/confirm', { access, query: nextPage }, async (ctx) => {
      const hasPassword = await this.accounts.hasPassword(this.own.session(ctx).person.id);
      if (hasPassword) this.ask(ctx, ctx.input.query.next);
      else ctx.render('confirm-again', {}, { title: ctx.text('confirm.title') });
    });

    router.post('/confirm', { access, body: confirmForm }, async (ctx) => {
      const { password, next } = ctx.input.body;
      try {
        await this.signIn.confirm(this.own.session(ctx), password, this.own.visitor(ctx));
        this.own.confirmed(ctx, next);
      } catch (error) {
        this.ask(ctx, next, formError(error, 400, 429));
      }
    });
  }

  private ask(ctx: RouteContext, next: string, error?: PortalError): void {
    if (error?.retryAfter !== undefined) ctx.set('Retry-After', String(error.retryAfter));
    ctx.render('confirm', { next, error: error?.message }, { title: ctx.text('confirm.title'), status: error?.status ?? 200 });
  }
}
