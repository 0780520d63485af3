import {
  type BrowserCookie,
  Cookies,
  inject,
  injectable,
  type Person,
  PortalError,
  type RouteContext,
  SessionCookie,
} from '@portico/core';
import { localAddress } from '@portico/core/util';
import { AccountMails } from '../services/account-mails.js';
import type { Enrolment } from '../services/authenticator-app.js';
import { OfferedMethods } from '../services/offered-methods.js';
import { OwnSites } from '../services/own-sites.js';
import { RelyingParty } from '../services/relying-party.js';
import { SecondStep } from '../services/second-step.js';
import { SessionStore, type Visitor } from '../services/session-store.js';
import { type SignInResult, ticketExpired } from '../services/sign-in-steps.js';

const pagesOfSigning = /^\/sign-(?:in|out)(?![\w-])/;

/** As long as browsers keep any cookie. */
const deviceSeconds = 400 * 24 * 3600;

/** Of a browser from an earlier sign-in, which signing out leaves; it opens nothing. */
const deviceCookie = (cookies: Cookies): BrowserCookie => cookies.named('device', deviceSeconds);

const passkeySeconds = 5 * 60;

/** Binds what a passkey is asked for to the browser that was asked. */
export const passkeyCookie = (cookies: Cookies): BrowserCookie => cookies.named('passkey', passkeySeconds);

/** What a page of signing in is shown with. */
interface PageModel {
  readonly next?: string | undefined;
  readonly error?: PortalError;
}

/** The pages of signing in, whichever way somebody came to them, and the session at their end. */
@injectable()
export class SignInPages {
  private readonly device: BrowserCookie;

  constructor(
    @inject(SecondStep) private readonly step: SecondStep,
    @inject(SessionStore) private readonly sessions: SessionStore,
    @inject(SessionCookie) private readonly cookie: SessionCookie,
    @inject(RelyingParty) private readonly relyingParty: RelyingParty,
    @inject(OfferedMethods) private readonly methods: OfferedMethods,
    @inject(Cookies) cookies: Cookies,
    @inject(AccountMails) private readonly mails: AccountMails,
    @inject(OwnSites) private readonly ownSites: OwnSites,
  ) {
    this.device = deviceCookie(cookies);
  }

  visitor(ctx: RouteContext): Visitor {
    return { address: ctx.ip, userAgent: ctx.get('User-Agent'), device: this.device.read(ctx) };
  }

  /** Shows what comes next, or goes on with the session. */
  async follow(ctx: RouteContext, result: SignInResult, next: string | undefined): Promise<void> {
    if (result.kind === 'new-password') this.newPassword(ctx, { ticket: result.ticket, next });
    else if (result.kind === 'second-factor') await this.secondFactor(ctx, { ticket: result.ticket, next });
    else if (result.kind === 'set-up') await this.setUp(ctx, { ticket: result.ticket, next });
    else {
      this.goOn(ctx, next, await this.open(ctx, result));
    }
  }

  /** Shows the page of the step that a ticket is for; where signing in begins when it is none, or too old. */
  async resume(ctx: RouteContext, ticket: string | undefined, next: string | undefined): Promise<void> {
    const step = ticket === undefined ? undefined : this.step.stepOf(ticket);
    if (ticket === undefined || step === undefined) this.signIn(ctx, { next, error: ticketExpired() });
    else if (step === 'second-factor') await this.secondFactor(ctx, { ticket, next });
    else if (step === 'set-up') await this.setUp(ctx, { ticket, next });
    else this.newPassword(ctx, { ticket, next });
  }

  /** A session of before does not live on beside the new one. Answers whose the new one is. */
  async open(
    ctx: RouteContext,
    { token, device }: { readonly token: string; readonly device: string },
  ): Promise<Person | undefined> {
    if (ctx.session) await this.sessions.end(ctx.session);
    this.cookie.set(ctx, token);
    this.device.set(ctx, device);
    return this.sessions.find(token)?.person;
  }

  /** @param person who is signed in now. */
  goOn(ctx: RouteContext, next: string | undefined, person: Person | undefined): void {
    ctx.status = 303;
    ctx.redirect(this.addressAfterSignIn(next, person));
  }

  signIn(ctx: RouteContext, model: PageModel & { readonly email?: string }): void {
    this.show(ctx, 'sign-in', 'sign-in.title', {
      ...model,
      methods: this.methods.buttons(ctx.access.locale),
      canMail: this.mails.isReady,
      passkeys: this.relyingParty.at(ctx.get('Host')) !== undefined,
    });
  }

  newPassword(ctx: RouteContext, model: PageModel & { readonly ticket: string }): void {
    this.show(ctx, 'new-password', 'new-password.title', { ...model });
  }

  /** @param recovery whether to ask for a recovery code: also for those who have no app. */
  async secondFactor(
    ctx: RouteContext,
    { ticket, recovery = false, ...model }: PageModel & { readonly ticket: string; readonly recovery?: boolean },
  ): Promise<void> {
    const { app, passkeys } = await this.step.kinds(ticket);
    this.show(ctx, 'second-factor', 'second-factor.title', {
      ...model,
      ticket,
      recovery,
      app,
      passkeys: passkeys && this.relyingParty.at(ctx.get('Host')) !== undefined,
    });
  }

  async setUp(
    ctx: RouteContext,
    { ticket, sealed, ...model }: PageModel & { readonly ticket: string; readonly sealed?: string },
  ): Promise<void> {
    const enrolment: Enrolment = await this.step.enrolment(ticket, sealed);
    const passkeys = this.relyingParty.at(ctx.get('Host')) !== undefined;
    this.show(ctx, 'set-up-factor', 'set-up.title', { ...model, ticket, enrolment, passkeys });
  }

  /** Recovery codes, once, and the way on from there. */
  codes(ctx: RouteContext, codes: readonly string[], next: string | undefined, person: Person | undefined): void {
    this.show(ctx, 'sign-in-codes', 'codes.title', {
      codes,
      text: codes.join('\n'),
      download: encodeURIComponent(`${codes.join('\n')}\n`),
      goOn: this.addressAfterSignIn(next, person),
    });
  }

  /** Where a person goes on to: a place of the portal that is not the sign-in itself, or where they can do something. */
  private addressAfterSignIn(next: string | undefined, person: Person | undefined): string {
    const place = localAddress(next);
    return place === undefined || pagesOfSigning.test(place) ? this.ownSites.addressFor(person) : place;
  }

  private show(
    ctx: RouteContext,
    view: string,
    title: string,
    { error, ...model }: PageModel & Readonly<Record<string, unknown>>,
  ): void {
    if (error?.retryAfter !== undefined) ctx.set('Retry-After', String(error.retryAfter));
    const options = { title: ctx.text(title), layout: 'plain', status: error?.status ?? 200 } as const;
    ctx.render(view, { ...model, error: error?.message }, options);
  }
}

/** Programs get the error as it is; people see it on the form. */
export function shownError(ctx: RouteContext, error: unknown): PortalError {
  if (!(error instanceof PortalError) || !error.expose || ctx.accepts('html', 'json') === 'json') throw error;
  return error;
}
