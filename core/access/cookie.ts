import type { Context } from 'koa';

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
