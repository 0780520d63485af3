import { inject, injectable, PortalError, type RouteContext, type Session } from '@portico/core';
import { localAddress } from '@portico/core/util';
import type { Account } from '../api/index.js';
import { Directory } from '../services/directory.js';
import { SessionStore, type Visitor } from '../services/session-store.js';
import { SignInPages } from './sign-in-pages.js';

const home = '/account';

/** What the pages of one's own account have in common. */
@injectable()
export class OwnAccount {
  constructor(
    @inject(Directory) private readonly directory: Directory,
    @inject(SessionStore) private readonly sessions: SessionStore,
    @inject(SignInPages) private readonly pages: SignInPages,
  ) {}

  session({ session }: RouteContext): Session {
    if (!session) throw new PortalError('sign-in-required', 'Sign in to do this.', { status: 401 });
    return session;
  }

  account(ctx: RouteContext): Account {
    const account = this.directory.byId(this.session(ctx).person.id);
    if (!account) throw new PortalError('sign-in-required', 'Sign in to do this.', { status: 401 });
    return account;
  }

  visitor(ctx: RouteContext): Visitor {
    return this.pages.visitor(ctx);
  }

  /** Asks for the password first, when it was not given for a while: a browser that was left open is nobody's to take over. */
  mustConfirm(ctx: RouteContext, next: string): boolean {
    if (this.sessions.isFresh(this.session(ctx))) return false;
    ctx.status = 303;
    ctx.redirect(`${home}/confirm?next=${encodeURIComponent(next)}`);
    return true;
  }

  /** The same for scripts. @throws PortalError `confirmation-required` (403). */
  checkConfirmed(ctx: RouteContext): void {
    if (this.sessions.isFresh(this.session(ctx))) return;
    throw new PortalError('confirmation-required', 'Reload this page and give your password once more.', { status: 403 });
  }

  confirmed(ctx: RouteContext, next: string): void {
    this.sessions.confirmed(this.session(ctx));
    ctx.status = 303;
    ctx.redirect(localAddress(next) ?? home);
  }

  /** Says what was done: with new recovery codes on a page that shows them once, else as a note. */
  changed(ctx: RouteContext, done: string, codes?: readonly string[], place = home): void {
    if (codes === undefined) {
      ctx.redirectWith(place, done);
      return;
    }
    const session = this.session(ctx);
    const text = codes.join('\n');
    const others = this.sessions.of(session.person.id, session).some(({ isCurrent }) => !isCurrent);
    const model = { done, codes, text, download: encodeURIComponent(`${text}\n`), others };
    ctx.render('recovery-codes', model, { title: ctx.text('codes.title') });
  }
}
