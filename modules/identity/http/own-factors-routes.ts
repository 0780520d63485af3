import {
  type BrowserCookie,
  Cookies,
  HostConfig,
  type HttpRoutes,
  inject,
  injectable,
  type PortalError,
  type RouteContext,
  type Router,
} from '@portico/core';
import type { Account } from '../api/index.js';
import { AuthenticatorApp } from '../services/authenticator-app.js';
import { Passkeys } from '../services/passkeys.js';
import { RelyingParty, type RelyingPartyAddress } from '../services/relying-party.js';
import { SecondFactors } from '../services/second-factors.js';
import { SignIn } from '../services/sign-in.js';
import { appForm, creationOptions, credentialParams, passkeyForm, passwordForm, ticketForm } from './factor-input.js';
import { formError } from './form-error.js';
import { OwnAccount } from './own-account.js';
import { passkeyCookie } from './sign-in-pages.js';

const access = 'signed-in';
const home = '/account';

/** The pages where people set up and remove second factors of their own. */
@injectable()
export class OwnFactorsRoutes implements HttpRoutes {
  readonly prefix = home;
  private readonly challenge: BrowserCookie;

  constructor(
    @inject(OwnAccount) private readonly own: OwnAccount,
    @inject(SignIn) private readonly signIn: SignIn,
    @inject(SecondFactors) private readonly factors: SecondFactors,
    @inject(AuthenticatorApp) private readonly app: AuthenticatorApp,
    @inject(Passkeys) private readonly passkeys: Passkeys,
    @inject(RelyingParty) private readonly relyingParty: RelyingParty,
    @inject(HostConfig) private readonly config: HostConfig,
    @inject(Cookies) cookies: Cookies,
  ) {
    this.challenge = passkeyCookie(cookies);
  }

  register(router: Router): void {
    router.get('/authenticator', { access }, async (ctx) => {
      if (this.own.mustConfirm(ctx, `${home}/authenticator`)) return;
      await this.showApp(ctx, this.own.account(ctx));
    });

    router.post('/authenticator', { access, body: appForm }, async (ctx) => {
      if (this.own.mustConfirm(ctx, `${home}/authenticator`)) return;
      const account = this.own.account(ctx);
      const { sealed, code } = ctx.input.body;
      try {
        const codes = await this.factors.setApp(account, sealed, code);
        this.own.changed(ctx, ctx.text('authenticator.saved'), codes);
      } catch (failure) {
        const error = shownHere(failure);
        await this.showApp(ctx, account, { error, sealed: error.code === 'code-wrong' ? sealed : undefined });
      }
    });

    router.post('/authenticator/remove', { access, body: passwordForm }, async (ctx) => {
      const account = this.own.account(ctx);
      try {
        await this.signIn.confirm(this.own.session(ctx), ctx.input.body.password, this.own.visitor(ctx));
        await this.factors.removeApp(account);
        this.own.changed(ctx, ctx.text('authenticator.removed'));
      } catch (failure) {
        await this.showApp(ctx, account, { error: shownHere(failure) });
      }
    });

    router.post('/recovery-codes', { access }, async (ctx) => {
      if (this.own.mustConfirm(ctx, home)) return;
      const codes = await this.factors.renewCodes(this.own.account(ctx));
      this.own.changed(ctx, ctx.text('codes.renewed'), codes);
    });

    router.get('/passkeys', { access }, async (ctx) => {
      if (this.own.mustConfirm(ctx, `${home}/passkeys`)) return;
      await this.showPasskeys(ctx);
    });

    router.post('/passkeys/options', { access, body: ticketForm, answers: 'json', answer: creationOptions }, async (ctx) => {
      this.own.checkConfirmed(ctx);
      const { options, cookie } = await this.passkeys.offer(this.own.account(ctx), this.at(ctx));
      this.challenge.set(ctx, cookie);
      ctx.body = options;
    });

    router.post('/passkeys', { access, body: passkeyForm }, async (ctx) => {
      if (this.own.mustConfirm(ctx, `${home}/passkeys`)) return;
      const account = this.own.account(ctx);
      const { name, response } = ctx.input.body;
      const cookie = this.challenge.read(ctx);
      this.challenge.clear(ctx);
      try {
        const passkey = await this.passkeys.made(account.id, { name, response, cookie }, this.at(ctx));
        const codes = await this.factors.addPasskey(account, passkey);
        this.own.changed(ctx, ctx.text('passkeys.saved'), codes, `${home}/passkeys`);
      } catch (failure) {
        await this.showPasskeys(ctx, { error: shownHere(failure), name });
      }
    });

    router.post('/passkeys/:id/remove', { access, params: credentialParams }, async (ctx) => {
      if (this.own.mustConfirm(ctx, `${home}/passkeys`)) return;
      try {
        await this.factors.removePasskey(this.own.account(ctx), ctx.input.params.id);
        this.own.changed(ctx, ctx.text('passkeys.removed'), undefined, `${home}/passkeys`);
      } catch (failure) {
        await this.showPasskeys(ctx, { error: shownHere(failure) });
      }
    });
  }

  private async showApp(
    ctx: RouteContext,
    account: Account,
    { error, sealed }: { error?: PortalError; sealed?: string | undefined } = {},
  ): Promise<void> {
    const { appSince, codesLeft } = await this.factors.state(account.id);
    const model = {
      since: appSince === undefined ? undefined : new Date(appSince).toISOString(),
      codesLeft,
      enrolment: appSince !== undefined ? undefined : await this.enrolment(account, sealed),
      codeError: error?.code === 'code-wrong' ? error.message : undefined,
      passwordError: error?.code === 'password-wrong' ? error.message : undefined,
      error: error && !['code-wrong', 'password-wrong'].includes(error.code) ? error.message : undefined,
    };
    if (error?.retryAfter !== undefined) ctx.set('Retry-After', String(error.retryAfter));
    ctx.render('authenticator', model, { title: ctx.text('authenticator.title'), status: error?.status ?? 200 });
  }

  private enrolment(account: Account, sealed: string | undefined): ReturnType<AuthenticatorApp['begin']> {
    return sealed === undefined ? this.app.begin(account) : this.app.again(account, sealed);
  }

  private async showPasskeys(
    ctx: RouteContext,
    { error, name = '' }: { error?: PortalError; name?: string } = {},
  ): Promise<void> {
    const { passkeys } = await this.factors.state(this.own.account(ctx).id);
    const fields = (error?.details.fields ?? {}) as Readonly<Record<string, string>>;
    const model = {
      possible: this.relyingParty.at(ctx.get('Host')) !== undefined,
      publicUrl: this.config.publicUrl,
      impossible: this.relyingParty.hasName ? 'passkeys.impossible' : 'passkeys.impossible-anywhere',
      name,
      nameError: fields.name,
      error: fields.name === undefined ? error?.message : undefined,
      passkeys: passkeys.map((passkey) => ({
        id: passkey.id,
        name: passkey.name,
        created: new Date(passkey.createdAt).toISOString(),
        used: passkey.lastUsedAt === undefined ? undefined : new Date(passkey.lastUsedAt).toISOString(),
        removeName: ctx.text('passkeys.remove-name', { name: passkey.name }),
        question: ctx.text('passkeys.remove-question', { name: passkey.name }),
      })),
    };
    ctx.render('passkeys', model, { title: ctx.text('passkeys.title'), status: error?.status ?? 200 });
  }

  private at(ctx: RouteContext): RelyingPartyAddress {
    return this.relyingParty.required(ctx.get('Host'));
  }
}

const shownHere = (error: unknown): PortalError => formError(error, 400, 409, 410, 429);
