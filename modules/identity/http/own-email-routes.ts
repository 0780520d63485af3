import {
  type HttpRoutes,
  inject,
  injectable,
  notFound,
  type PortalError,
  type RouteContext,
  type Router,
  type Session,
  z,
} from '@portico/core';
import { AccountRecovery } from '../services/account-recovery.js';
import { SignIn } from '../services/sign-in.js';
import { formError } from './form-error.js';
import { OwnAccount } from './own-account.js';

const form = z.strictObject({ email: z.string(), current: z.string().max(8192) });

/** My Account > Email Address: asks for the password, and sends a link to the address that somebody wants to have. */
@injectable()
export class OwnEmailRoutes implements HttpRoutes {
  readonly prefix = '/account/email';

  constructor(
    @inject(AccountRecovery) private readonly recovery: AccountRecovery,
    @inject(SignIn) private readonly signIn: SignIn,
    @inject(OwnAccount) private readonly own: OwnAccount,
  ) {}

  register(router: Router): void {
    router.get('/', { access: 'signed-in' }, (ctx) => this.show(ctx));

    router.post('/', { access: 'signed-in', body: form }, async (ctx) => {
      const { email, current } = ctx.input.body;
      const session = this.session(ctx);
      try {
        await this.signIn.confirm(session, current, this.own.visitor(ctx));
        const asked = await this.recovery.askForAddress(session, email);
        ctx.redirectWith('/account', ctx.text('own-email.sent', { email: asked }));
      } catch (error) {
        this.show(ctx, { typed: email, error: formError(error, 400, 409, 429) });
      }
    });
  }

  private show(ctx: RouteContext, { typed, error }: { typed?: string; error?: PortalError } = {}): void {
    const { email } = this.session(ctx).person;
    const atEmail = error?.details.fields !== undefined;
    const model = {
      email,
      typed,
      emailError: atEmail ? error?.message : undefined,
      error: atEmail ? undefined : error?.message,
    };
    if (error?.retryAfter !== undefined) ctx.set('Retry-After', String(error.retryAfter));
    ctx.render('own-email', model, { title: ctx.text('own-email.title'), status: error?.status ?? 200 });
  }

  private session(ctx: RouteContext): Session {
    if (!this.recovery.isPossible) throw notFound();
    return this.own.session(ctx);
  }
}
