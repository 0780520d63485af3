import {
  HostConfig,
  type HttpRoutes,
  inject,
  injectable,
  notFound,
  PortalError,
  type RouteContext,
  type Router,
  z,
} from '@portico/core';
import type { LiveLink } from '../services/account-links.js';
import { AccountRecovery } from '../services/account-recovery.js';

const forgotForm = z.strictObject({ email: z.string().max(1000) });
const token = z.string().max(100);
const linkQuery = z.strictObject({ token });
const password = z.string().max(8192).default('');
const linkForm = z.strictObject({ token, password, repeated: password });

/** Forgot Password, and the pages that links in mails lead to. Reading them changes nothing; their forms do. */
@injectable()
export class RecoveryRoutes implements HttpRoutes {
  readonly prefix = '/sign-in';
  private readonly referrer: string;

  constructor(
    @inject(AccountRecovery) private readonly recovery: AccountRecovery,
    @inject(HostConfig) { publicUrl }: HostConfig,
  ) {
    // Browsers that tell no page where they come from do not tell the origin of a form either; where they do not say by other headers that it is ours
    // (over http), the form would be refused. The page loads nothing of others in any case.
    const { protocol, hostname } = new URL(publicUrl);
    this.referrer = protocol === 'https:' || /^(?:127\.|localhost$|\[::1\]$)/.test(hostname) ? 'no-referrer' : 'same-origin';
  }

  register(router: Router): void {
    router.get('/forgot-password', { access: 'public' }, (ctx) => {
      if (!this.recovery.isPossible) throw notFound();
      this.showForgot(ctx, {});
    });

    router.post('/forgot-password', { access: 'public', body: forgotForm }, async (ctx) => {
      if (!this.recovery.isPossible) throw notFound();
      const { email } = ctx.input.body;
      try {
        await this.recovery.ask(email, ctx.ip);
        this.showForgot(ctx, { isSent: true });
      } catch (error) {
        this.showForgot(ctx, { email, error: shown(ctx, error, 429) });
      }
    });

    router.get('/link', { access: 'public', query: linkQuery }, async (ctx) => {
      const link = await this.find(ctx, ctx.input.query.token);
      if (link) this.showLink(ctx, link, ctx.input.query.token);
    });

    router.post('/link', { access: 'public', body: linkForm }, async (ctx) => {
      const { token, password, repeated } = ctx.input.body;
      const link = await this.find(ctx, token);
      if (!link) return;
      try {
        if (link.purpose === 'email') {
          const email = await this.recovery.confirmAddress(token);
          ctx.redirectWith(ctx.session ? '/account' : '/sign-in', ctx.text('link.email-done', { email }));
          return;
        }
        if (password !== repeated) throw new PortalError('passwords-differ', ctx.text('password.differ'), { status: 400 });
        await this.recovery.setPassword(token, password);
        ctx.redirectWith('/sign-in', ctx.text('link.password-done'));
      } catch (error) {
        this.showLink(ctx, link, token, shown(ctx, error, 400, 409));
      }
    });
  }

  /** Shows what to do when it works no more. */
  private async find(ctx: RouteContext, token: string): Promise<LiveLink | undefined> {
    ctx.set({ 'Referrer-Policy': this.referrer, 'Cache-Control': 'no-store' });
    try {
      return await this.recovery.find(token);
    } catch (error) {
      const { status } = shown(ctx, error, 410);
      ctx.render(
        'link-ended',
        { isPossible: this.recovery.isPossible },
        { title: ctx.text('link.ended'), layout: 'plain', status },
      );
      return undefined;
    }
  }

  private showForgot(ctx: RouteContext, model: { email?: string; isSent?: boolean; error?: PortalError }): void {
    const { error } = model;
    if (error?.retryAfter !== undefined) ctx.set('Retry-After', String(error.retryAfter));
    ctx.render(
      'forgot-password',
      { ...model, error: error?.message },
      { title: ctx.text('forgot.title'), layout: 'plain', status: error?.status ?? 200 },
    );
  }

  private showLink(ctx: RouteContext, { purpose, account, email }: LiveLink, token: string, error?: PortalError): void {
    const title = ctx.text(`link.${purpose}-title`);
    const model = { token, title, email, isEmail: purpose === 'email', account: account.email, error: error?.message };
    ctx.render(
      'link',
      { ...model, text: ctx.text(`link.${purpose}-text`, { name: account.name, email }) },
      { title, layout: 'plain', status: error?.status ?? 200 },
    );
  }
}

/** Programs get the error as it is; people see it on the form. */
function shown(ctx: RouteContext, error: unknown, ...statuses: readonly number[]): PortalError {
  if (!(error instanceof PortalError) || !statuses.includes(error.status) || ctx.accepts('html', 'json') === 'json') throw error;
  return error;
}
