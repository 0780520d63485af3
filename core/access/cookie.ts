import type { Context } from 'koa';
import { type BrowserCookie, type Cookies, PortalError, type RouteContext, type SessionCookie } from '../api/index.js';

/** A cookie of the host: always HttpOnly, SameSite=Lax and for the whole portal. */
export class HostCookie {
  readonly name: string;
  private readonly secure: boolean;

  /** @param publicUrl over https the cookie is Secure and bound to the host by its `__Host-` prefix. */
  constructor(name: string, publicUrl: string) {
    this.secure = publicUrl.startsWith('https:');
    this.name = this.secure ? `__Host-${name}` : name;
  }

  read(ctx: Pick<Context, 'cookies'>): string | undefined {
    return ctx.cookies.get(this.name);
  }

  /** @param maxAge seconds; without it the cookie ends with the browser. */
  set(ctx: Pick<Context, 'cookies'>, value: string, maxAge?: number): void {
    ctx.cookies.set(this.name, value, {
      secure: this.secure,
      httpOnly: true,
      sameSite: 'lax',
      overwrite: true,
      ...(maxAge === undefined ? {} : { maxAge: maxAge * 1000 }),
    });
  }

  clear(ctx: Pick<Context, 'cookies'>): void {
    this.set(ctx, '');
  }
}

type WithCookies = Parameters<HostCookie['read']>[0];

/** The context of a route is koa's, of which authors are promised less. */
const cookiesOf = (ctx: RouteContext): WithCookies => ctx as unknown as WithCookies;

/** The cookies of modules. */
export class HostCookies implements Cookies {
  constructor(private readonly publicUrl: string) {}

  named(name: string, seconds: number): BrowserCookie {
    const cookie = new HostCookie(`portico-${name}`, this.publicUrl);
    return {
      read: (ctx) => cookie.read(cookiesOf(ctx)) || undefined,
      set: (ctx, value) => cookie.set(cookiesOf(ctx), value, seconds),
      clear: (ctx) => cookie.clear(cookiesOf(ctx)),
    };
  }
}

/** Carries the session's token as `__Host-portico` over https, as `portico` otherwise. */
export class HostSessionCookie implements SessionCookie {
  private readonly cookie: HostCookie;

  constructor(publicUrl: string) {
    this.cookie = new HostCookie('portico', publicUrl);
  }

  get name(): string {
    return this.cookie.name;
  }

  read(ctx: WithCookies): string | undefined {
    return this.cookie.read(ctx) || undefined;
  }

  set(ctx: RouteContext, token: string): void {
    checkToken(token);
    this.cookie.set(cookiesOf(ctx), token);
  }

  clear(ctx: RouteContext): void {
    this.cookie.clear(cookiesOf(ctx));
  }
}

function checkToken(token: string): void {
  if (/^[\w-]{16,512}$/.test(token)) return;
  throw new PortalError('session-token-invalid', 'A session token is base64url of 16 to 512 characters.');
}
