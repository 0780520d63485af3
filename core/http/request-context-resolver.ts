import type { HostAccessContexts, HostSessionCookie, Languages } from '../access/index.js';
import { notFound, PortalError, type ServiceHandle, type Sessions, type Site, SiteDirectory, tokenId } from '../api/index.js';
import { tokenOf } from './challenge.js';
import type { HostContext } from './exchange.js';
import type { HttpModuleGate } from './http-module-gate.js';
import type { RouteScope } from './route-table.js';
import { segmentOf } from './segment.js';

/** Where in the portal a request is, its path there, and who asks: settled before any route is. */
export type RequestTarget = RouteScope;

const sitesRoot = '/web/';

/** Finds the session, the site and with them the access context of a request. Memory reads only. */
export class RequestContextResolver {
  constructor(
    private readonly sessions: ServiceHandle<Sessions>,
    private readonly sites: ServiceHandle<SiteDirectory>,
    private readonly contexts: HostAccessContexts,
    private readonly cookie: HostSessionCookie,
    private readonly gate: HttpModuleGate,
    private readonly providerOf: (service: string) => string | undefined,
    private readonly languages: Languages,
  ) {}

  recognise(ctx: HostContext): void {
    const { exchange } = ctx;
    exchange.cookie = this.cookie.read(ctx);
    if (exchange.cookie !== undefined) exchange.session = this.sessions.get()?.find(exchange.cookie);
    ctx.session = exchange.session;
  }

  locate(ctx: HostContext): RequestTarget | Promise<RequestTarget> {
    const { path } = ctx;
    const { exchange } = ctx;
    const person = exchange.session?.person;
    if (!path.startsWith(sitesRoot)) {
      exchange.access = ctx.access = this.contexts.for(person, undefined, this.localeOf(ctx, undefined));
      return { site: false, segment: segmentOf(path), path };
    }
    exchange.access = this.contexts.for(person, undefined, this.localeOf(ctx, undefined));
    const end = path.indexOf('/', sitesRoot.length);
    const address = path.slice(sitesRoot.length, end < 0 ? undefined : end);
    const visit = (directory: SiteDirectory): RequestTarget => {
      const site = directory.byAddress(address);
      if (!site) throw notFound('site');
      const access = this.contexts.for(person, site, this.localeOf(ctx, site));
      // Whom a token speaks for is not known yet: `requireVisibleSite` asks again.
      if (site.audience && !access.isAmong(site.audience) && tokenOf(ctx) === undefined) throw notFound('site');
      exchange.access = ctx.access = access;
      const inside = end < 0 ? '/' : path.slice(end);
      return { site: true, segment: segmentOf(inside), path: inside };
    };
    const present = this.sites.get();
    return present ? visit(present) : this.directory().then(visit);
  }

  /** Of a request that brings a token, as soon as it is known whether that counts. @throws PortalError `not-found` (404) as for a site that does not exist. */
  requireVisibleSite(ctx: HostContext): void {
    const { site, locale } = ctx.access;
    if (!site?.audience || ctx.access.isAmong(site.audience)) return;
    ctx.exchange.access = ctx.access = this.contexts.for(undefined, undefined, locale);
    throw notFound('site');
  }

  /** For a request that came while nobody could say whose session it brought. */
  lookAgain(ctx: HostContext): RequestTarget | Promise<RequestTarget> {
    this.recognise(ctx);
    return this.locate(ctx);
  }

  private async directory(): Promise<SiteDirectory> {
    const provider = this.providerOf(tokenId(SiteDirectory));
    if (provider === undefined) throw notFound('site');
    await this.gate.explain(provider);
    const directory = this.sites.get();
    if (!directory)
      throw new PortalError('unavailable', 'The sites are not available right now.', {
        status: 503,
        retryAfter: 5,
        expose: true,
      });
    return directory;
  }

  private localeOf(ctx: HostContext, site: Site | undefined): string {
    const header = ctx.req.headers['accept-language'] ?? '';
    return this.languages.asked(ctx.exchange.session?.person, site, header, (offered) => ctx.acceptsLanguages(offered));
  }
}
