import { type BrowserCookie, Cookies, inject, injectable, Messages, type RouteContext, type Transaction } from '@portico/core';
import type { EndedSession, ExternalIdentity, ExternalProvider, ExternalSignIn } from '../api/index.js';
import { ExternalAccounts } from '../services/external-accounts.js';
import { ExternalSessions } from '../services/external-sessions.js';
import { SignInSteps } from '../services/sign-in-steps.js';
import { OwnAccount } from './own-account.js';
import { SignInPages } from './sign-in-pages.js';

const stepSeconds = 10 * 60;

/** Holds the ticket of what is still to be done, from the page of the method of signing in to that of the step. */
export const stepCookie = (cookies: Cookies): BrowserCookie => cookies.named('sign-in-step', stepSeconds);

/** Takes people on from a module by which they signed in: the request is that module's, so pages of ours are a redirect away. */
@injectable()
export class ExternalSignInPages implements ExternalSignIn {
  private readonly step: BrowserCookie;

  constructor(
    @inject(ExternalAccounts) private readonly accounts: ExternalAccounts,
    @inject(ExternalSessions) private readonly sessions: ExternalSessions,
    @inject(SignInSteps) private readonly steps: SignInSteps,
    @inject(SignInPages) private readonly pages: SignInPages,
    @inject(OwnAccount) private readonly own: OwnAccount,
    @inject(Messages) private readonly messages: Messages,
    @inject(Cookies) cookies: Cookies,
  ) {
    this.step = stepCookie(cookies);
  }

  async signIn(ctx: RouteContext, provider: ExternalProvider, identity: ExternalIdentity, next?: string): Promise<void> {
    const person = await this.accounts.personOf(provider, identity);
    const { issuer, subject, sid } = identity;
    const external = { provider: provider.id, issuer, subject, ...(sid === undefined ? {} : { sid }) };
    const shown = { ...person, hasFactor: provider.countsAsSecondFactor, external };
    const result = await this.steps.next(shown, this.pages.visitor(ctx));
    if (result.kind === 'session') {
      await this.pages.open(ctx, result);
      this.pages.goOn(ctx, next);
      return;
    }
    this.step.set(ctx, result.ticket);
    ctx.status = 303;
    ctx.redirect(`/sign-in/step${next === undefined ? '' : `?next=${encodeURIComponent(next)}`}`);
  }

  mustConfirm(ctx: RouteContext): boolean {
    return this.own.mustConfirm(ctx, '/account');
  }

  async connect(ctx: RouteContext, provider: ExternalProvider, identity: ExternalIdentity): Promise<void> {
    if (this.mustConfirm(ctx)) return;
    await this.accounts.connect(this.own.session(ctx), provider, identity);
    ctx.redirectWith('/account', this.messages.text('connections.connected', { name: provider.name }, ctx.access.locale));
  }

  endSessions(transaction: Transaction, ended: EndedSession): Promise<number> {
    return this.sessions.end(transaction, ended);
  }

  providerRemoved(transaction: Transaction, provider: string): Promise<void> {
    return this.sessions.providerRemoved(transaction, provider);
  }

  connectedPeople(provider: string): Promise<number> {
    return this.sessions.connectedPeople(provider);
  }
}
