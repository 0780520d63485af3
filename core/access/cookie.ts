import type { Context } from 'koa';
import { PortalError, type RouteContext, type SessionCookie } from '../api/index.js';

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

/** As long as browsers keep any cookie. */
const deviceSeconds = 400 * 24 * 3600;

type Cookies = Parameters<HostCookie['read']>[0];

/** The context of a route is koa's, of which authors are promised less. */
const cookiesOf = (ctx: RouteContext): Cookies => ctx as unknown as Cookies;

/** Carries the session's token as `__Host-portico` over https, as `portico` otherwise. */
export class HostSessionCookie implements SessionCookie {
  private readonly cookie: HostCookie;
  private readonly deviceCookie: HostCookie;

  constructor(publicUrl: string) {
    this.cookie = new HostCookie('portico', publicUrl);
    this.deviceCookie = new HostCookie('portico-device', publicUrl);
  }

  get name(): string {
    return this.cookie.name;
  }

  read(ctx: Cookies): string | undefined {
    return this.cookie.read(ctx) || undefined;
  }

  set(ctx: RouteContext, token: string): void {
    checkToken(token);
    this.cookie.set(cookiesOf(ctx), token);
  }

  device(ctx: RouteContext): string | undefined {
    return this.deviceCookie.read(cookiesOf(ctx)) || undefined;
  }

  setDevice(ctx: RouteContext, token: string): void {
    checkToken(token);
    this.deviceCookie.set(cookiesOf(ctx), token, deviceSeconds);
  }

  clear(ctx: RouteContext): void {
    this.cookie.clear(cookiesOf(ctx));
  }
}

function checkToken(token: string): void {
  if (/^[\w-]{16,512}$/.test(token)) return;
  throw new PortalError('session-token-invalid', 'A session token is base64url of 16 to 512 characters.');
}
