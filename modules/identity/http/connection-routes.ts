import {
  type BrowserCookie,
  Cookies,
  type HttpRoutes,
  inject,
  injectable,
  PortalError,
  type RouteContext,
  type Router,
} from '@portico/core';
import { ExternalAccounts } from '../services/external-accounts.js';
import { OfferedMethods } from '../services/offered-methods.js';
import { stepCookie } from './external-sign-in-pages.js';
import { idParams, nextQuery } from './input.js';
import { OwnAccount } from './own-account.js';
import { SignInPages } from './sign-in-pages.js';

/** The step that is left after signing in by somebody else: a second factor, or setting one up. */
@injectable()
export class ExternalStepRoutes implements HttpRoutes {
  readonly prefix = '/sign-in';
  private readonly step: BrowserCookie;

  constructor(
    @inject(SignInPages) private readonly pages: SignInPages,
    @inject(Cookies) cookies: Cookies,
  ) {
    this.step = stepCookie(cookies);
  }

  register(router: Router): void {
    router.get('/step', { access: 'public', query: nextQuery }, (ctx) =>
      this.pages.resume(ctx, this.step.read(ctx), ctx.input.query.next),
    );
  }
}

/** What My Account shows of accounts at other places. */
export interface ConnectionsModel {
  readonly connections: readonly {
    readonly id: string;
    readonly name: string;
    readonly label: string;
    readonly used: string | undefined;
    readonly disconnectName: string;
  }[];
  /** Providers to which nothing is connected yet. */
  readonly offers: readonly { readonly action: string; readonly label: string }[];
  readonly isShown: boolean;
}

/** Connected accounts of one's own. */
@injectable()
export class ConnectionRoutes implements HttpRoutes {
  readonly prefix = '/account';

  constructor(
    @inject(OwnAccount) private readonly own: OwnAccount,
    @inject(ExternalAccounts) private readonly accounts: ExternalAccounts,
    @inject(OfferedMethods) private readonly methods: OfferedMethods,
  ) {}

  register(router: Router): void {
    router.post('/connections/:id/disconnect', { access: 'signed-in', params: idParams }, async (ctx) => {
      if (this.own.mustConfirm(ctx, '/account')) return;
      try {
        const { locale } = ctx.access;
        await this.accounts.disconnect(this.own.session(ctx), ctx.input.params.id, (id) => this.methods.nameOf(id, locale));
        ctx.redirectWith('/account', ctx.text('connections.disconnected'));
      } catch (error) {
        if (!(error instanceof PortalError) || error.code !== 'last-way-in') throw error;
        if (ctx.accepts('html', 'json') === 'json') throw error;
        ctx.redirectWith('/account', error.message, 'danger');
      }
    });
  }

  async model(ctx: RouteContext): Promise<ConnectionsModel> {
    const known = await this.accounts.of(this.own.session(ctx).person.id);
    const buttons = this.methods.buttons(ctx.access.locale);
    const connections = known.map(({ id, provider, issuer, label, lastUsedAt }) => {
      const name = buttons.find((button) => button.provider === provider)?.name ?? issuer;
      return {
        id,
        name,
        label,
        used: lastUsedAt === undefined ? undefined : new Date(lastUsedAt).toISOString(),
        disconnectName: ctx.text('connections.disconnect-name', { name }),
      };
    });
    const offers = buttons
      .filter(({ provider }) => !known.some((connection) => connection.provider === provider))
      .flatMap(({ connect, name }) =>
        connect === undefined ? [] : [{ action: connect, label: ctx.text('connections.connect-name', { name }) }],
      );
    return { connections, offers, isShown: connections.length + offers.length > 0 };
  }
}
