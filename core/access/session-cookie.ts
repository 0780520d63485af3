import { PortalError, type RouteContext, type SessionCookie } from '../api/index.js';
import { HostCookie } from './cookie.js';

/** Carries the session's token as `__Host-portico` over https, as `portico` otherwise. */
export class HostSessionCookie implements SessionCookie {
  private readonly cookie: HostCookie;

  constructor(publicUrl: string) {
    this.cookie = new HostCookie('portico', publicUrl);
  }

  get name(): string {
    return this.cookie.name;
  }

  read(ctx: Pick<RouteContext, 'cookies'>): string | undefined {
    return this.cookie.read(ctx) || undefined;
  }

  set(ctx: RouteContext, token: string): void {
    if (!/^[\w-]{16,512}$/.test(token)) {
      throw new PortalError('session-token-invalid', 'A session token is base64url of 16 to 512 characters.');
    }
    this.cookie.set(ctx, token);
  }

  clear(ctx: RouteContext): void {
    this.cookie.clear(ctx);
  }
}
