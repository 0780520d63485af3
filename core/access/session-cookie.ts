import { PortalError, type RouteContext, type SessionCookie } from '../api/index.js';
import { HostCookie } from './cookie.js';

type Cookies = Parameters<HostCookie['read']>[0];

/** The context of a route is koa's, of which authors are promised less. */
const cookiesOf = (ctx: RouteContext): Cookies => ctx as unknown as Cookies;

/** Carries the session's token as `__Host-portico` over https, as `portico` otherwise. */
export class HostSessionCookie implements SessionCookie {
  private readonly cookie: HostCookie;

  constructor(publicUrl: string) {
    this.cookie = new HostCookie('portico', publicUrl);
  }

  get name(): string {
    return this.cookie.name;
  }

  read(ctx: Cookies): string | undefined {
    return this.cookie.read(ctx) || undefined;
  }

  set(ctx: RouteContext, token: string): void {
    if (!/^[\w-]{16,512}$/.test(token)) {
      throw new PortalError('session-token-invalid', 'A session token is base64url of 16 to 512 characters.');
    }
    this.cookie.set(cookiesOf(ctx), token);
  }

  clear(ctx: RouteContext): void {
    this.cookie.clear(cookiesOf(ctx));
  }
}
