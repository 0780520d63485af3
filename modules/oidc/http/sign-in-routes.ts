import {
  type BrowserCookie,
  Cookies,
  type HttpRoutes,
  inject,
  injectable,
  notFound,
  PortalError,
  type RouteContext,
  type Router,
  z,
} from '@portico/core';
import { localAddress } from '@portico/core/util';
import { ExternalSignIn } from '@portico/identity/api';
import { Attempts, attemptSeconds, type TakenAttempt } from '../services/attempts.js';
import { LogoutTokenRefused, LogoutTokens } from '../services/logout-tokens.js';
import { externalProvider, type Provider, Providers } from '../services/providers.js';
import { SignInDance } from '../services/sign-in-dance.js';

const idParams = z.strictObject({ id: z.uuid() });
const beginForm = z.strictObject({ next: z.string().max(1000).optional() });
/** A provider may add parameters of its own, which a client has to leave alone (RFC 6749, 4.1.2). */
const callbackQuery = z.looseObject({ state: z.string().max(200) });
/** The same of a logout token (OpenID Connect Back-Channel Logout 1.0, 2.5). */
const logoutForm = z.looseObject({ logout_token: z.string().min(1).max(50_000) });
const logoutAnswer = z.strictObject({ error: z.string(), error_description: z.string() });

const home = '/web/home';

/**
 * Signing in by a provider: the way there, and the way back. There it goes by a page that leads on by itself, not by a redirect: browsers let a form
 * lead to other sites only where the page of the form names them, and which these are only the provider knows.
 */
@injectable()
export class OidcSignInRoutes implements HttpRoutes {
  readonly prefix = '/sign-in/oidc';
  private readonly cookie: BrowserCookie;

  constructor(
    @inject(Providers) private readonly providers: Providers,
    @inject(Attempts) private readonly attempts: Attempts,
    @inject(SignInDance) private readonly dance: SignInDance,
    @inject(LogoutTokens) private readonly logoutTokens: LogoutTokens,
    @inject(ExternalSignIn) private readonly signIn: ExternalSignIn,
    @inject(Cookies) cookies: Cookies,
  ) {
    this.cookie = cookies.named('oidc', attemptSeconds);
  }

  register(router: Router): void {
    router.post('/:id', { access: 'public', params: idParams, body: beginForm }, (ctx) =>
      this.begin(ctx, ctx.input.params.id, { next: localAddress(ctx.input.body.next) }),
    );

    router.post('/:id/connect', { access: 'signed-in', params: idParams }, async (ctx) => {
      if (this.signIn.mustConfirm(ctx)) return;
      await this.begin(ctx, ctx.input.params.id, { next: '/account', personId: ctx.session?.person.id });
    });

    router.get('/:id/callback', { access: 'public', params: idParams, query: callbackQuery }, async (ctx) => {
      // Whoever only looks at the address must not use up what the person came back with.
      if (ctx.method === 'HEAD') ctx.status = 204;
      else await this.finish(ctx, ctx.input.params.id, ctx.input.query.state);
    });

    router.post(
      '/:id/back-channel-logout',
      { access: 'public', params: idParams, body: logoutForm, answers: 'json', answer: logoutAnswer },
      async (ctx) => {
        const provider = this.providers.get(ctx.input.params.id);
        ctx.set('Cache-Control', 'no-store');
        try {
          await this.logoutTokens.take(provider, ctx.input.body.logout_token);
          ctx.status = 200;
          ctx.type = 'text/plain';
          ctx.body = '';
        } catch (error) {
          if (!(error instanceof LogoutTokenRefused)) throw error;
          ctx.status = 400;
          ctx.body = { error: 'invalid_request', error_description: error.message };
        }
      },
    );
  }

  private async begin(
    ctx: RouteContext,
    id: string,
    goal: { readonly next?: string; readonly personId?: string },
  ): Promise<void> {
    const provider = this.enabled(id);
    await this.orFailed(ctx, provider, goal.next, async () => {
      const browser = this.attempts.browser(this.cookie.read(ctx));
      const secrets = await this.attempts.begin(browser, id, ctx.ip, goal);
      const { href } = await this.dance.address(this.enabled(id), secrets, ctx.access.locale);
      this.cookie.set(ctx, browser);
      ctx.set({ Refresh: `0; url=${href}`, 'Cache-Control': 'no-store' });
      const title = ctx.text('leading.title', { name: provider.name });
      ctx.render('leading', { title, address: href }, { title, layout: 'plain' });
    });
  }

  private async finish(ctx: RouteContext, id: string, state: string): Promise<void> {
    this.enabled(id);
    const taken = await this.attempts.take(this.cookie.read(ctx), id, state);
    const provider = this.enabled(id);
    const next = taken.kind === 'unknown' ? undefined : taken.next;
    await this.orFailed(ctx, provider, next, async () => {
      if (taken.kind !== 'open') {
        this.goOn(ctx, provider, taken);
        return;
      }
      const query = new URL(ctx.req.url ?? '', 'http://portal.invalid').search;
      const identity = await this.dance.identity(provider, query, taken.secrets, ctx.access.locale);
      // The provider may take seconds to answer: one that was removed meanwhile vouches for nobody, and one that was changed not by its former roles.
      if (this.providers.find(id) !== provider) throw this.failure(ctx, provider, 'oidc-attempt-over', 410);
      if (taken.personId === undefined) {
        await this.signIn.signIn(ctx, externalProvider(provider), identity, next);
        return;
      }
      if (ctx.session?.person.id !== taken.personId) throw this.failure(ctx, provider, 'oidc-other-person', 409);
      await this.signIn.connect(ctx, externalProvider(provider), identity);
    });
  }

  /** A second tab, Back, or a page loaded again: whoever is signed in by now goes on. */
  private goOn(ctx: RouteContext, provider: Provider, taken: Exclude<TakenAttempt, { kind: 'open' }>): void {
    if (!ctx.session) throw this.failure(ctx, provider, 'oidc-attempt-over', 410);
    ctx.status = 303;
    ctx.redirect((taken.kind === 'used' ? localAddress(taken.next) : undefined) ?? home);
  }

  /** @throws PortalError `not-found` (404), also for one that is disabled. */
  private enabled(id: string): Provider {
    const provider = this.providers.get(id);
    if (!provider.enabled) throw notFound('provider');
    return provider;
  }

  private failure(
    ctx: RouteContext,
    { name }: Provider,
    code: 'oidc-other-person' | 'oidc-attempt-over',
    status: number,
  ): PortalError {
    return new PortalError(code, ctx.text(`failed.${code}`, { name }), { status });
  }

  /** What cannot be done is said on a page of its own, with the way to try again; to programs as it is. */
  private async orFailed(
    ctx: RouteContext,
    { id, name }: Provider,
    next: string | undefined,
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof PortalError) || !error.expose || ctx.accepts('html', 'json') === 'json') throw error;
      if (error.retryAfter !== undefined) ctx.set('Retry-After', String(error.retryAfter));
      const model = { id, name, next, error: error.message, signedIn: ctx.session !== undefined };
      ctx.render('failed', model, { title: ctx.text('failed.title'), layout: 'plain', status: error.status });
    }
  }
}
