import { type BrowserCookie, Cookies, type HttpRoutes, inject, injectable, type RouteContext, type Router } from '@portico/core';
import { RelyingParty, type RelyingPartyAddress } from '../services/relying-party.js';
import { type FactorSetUp, type PasskeyAnswer, SecondStep } from '../services/second-step.js';
import {
  codeForm,
  creationOptions,
  passkeySignInForm,
  requestOptions,
  setUpAppForm,
  setUpPasskeyForm,
  ticketForm,
} from './factor-input.js';
import { passkeyCookie, SignInPages, shownError } from './sign-in-pages.js';

const access = 'public';

/** Signing in by a passkey, and the steps after the password: a code, a recovery code, a passkey, or setting one of them up. */
@injectable()
export class SecondStepRoutes implements HttpRoutes {
  readonly prefix = '/sign-in';
  private readonly challenge: BrowserCookie;

  constructor(
    @inject(SecondStep) private readonly step: SecondStep,
    @inject(SignInPages) private readonly pages: SignInPages,
    @inject(RelyingParty) private readonly relyingParty: RelyingParty,
    @inject(Cookies) cookies: Cookies,
  ) {
    this.challenge = passkeyCookie(cookies);
  }

  register(router: Router): void {
    router.post('/code', { access, body: codeForm }, async (ctx) => {
      const { ticket, code, next, recovery } = ctx.input.body;
      await this.attempt(ctx, { ticket, next, recovery }, async () => {
        if (code === undefined) return this.pages.secondFactor(ctx, { ticket, next, recovery });
        const visitor = this.pages.visitor(ctx);
        const result = recovery
          ? await this.step.withRecoveryCode(ticket, code, visitor)
          : await this.step.withCode(ticket, code, visitor);
        await this.pages.follow(ctx, result, next);
      });
    });

    router.post('/passkey/options', { access, body: ticketForm, answers: 'json', answer: requestOptions }, async (ctx) => {
      const { options, cookie } = await this.step.ask(ctx.input.body.ticket, this.at(ctx));
      this.challenge.set(ctx, cookie);
      ctx.body = options;
    });

    router.post('/passkey', { access, body: passkeySignInForm }, async (ctx) => {
      const { ticket, response, next } = ctx.input.body;
      await this.attempt(ctx, { ticket, next }, async () => {
        const answer = this.answer(ctx, response);
        const visitor = this.pages.visitor(ctx);
        const result =
          ticket === undefined
            ? await this.step.withPasskeyAlone(answer, this.at(ctx), visitor)
            : await this.step.withPasskey(ticket, answer, this.at(ctx), visitor);
        await this.pages.follow(ctx, result, next);
      });
    });

    router.post('/set-up/app', { access, body: setUpAppForm }, async (ctx) => {
      const { ticket, sealed, code, next } = ctx.input.body;
      await this.setUp(ctx, { ticket, next, sealed }, () => this.step.setUpApp(ticket, sealed, code, this.pages.visitor(ctx)));
    });

    router.post(
      '/set-up/passkey/options',
      { access, body: ticketForm.required(), answers: 'json', answer: creationOptions },
      async (ctx) => {
        const { options, cookie } = await this.step.offer(ctx.input.body.ticket, this.at(ctx));
        this.challenge.set(ctx, cookie);
        ctx.body = options;
      },
    );

    router.post('/set-up/passkey', { access, body: setUpPasskeyForm }, async (ctx) => {
      const { ticket, name, response, next } = ctx.input.body;
      const made = (): Promise<FactorSetUp> =>
        this.step.setUpPasskey(ticket, { ...this.answer(ctx, response), name }, this.at(ctx), this.pages.visitor(ctx));
      await this.setUp(ctx, { ticket, next }, made);
    });
  }

  /** What was not right is said on the page of the same step; without a ticket that is good, where signing in begins. */
  private async attempt(
    ctx: RouteContext,
    { ticket, next, recovery }: { ticket: string | undefined; next: string | undefined; recovery?: boolean },
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
    } catch (failure) {
      const error = shownError(ctx, failure);
      if (ticket === undefined || error.code === 'ticket-expired' || error.code === 'sign-in-failed')
        this.pages.signIn(ctx, { next, error });
      else await this.pages.secondFactor(ctx, { ticket, next, recovery, error });
    }
  }

  private async setUp(
    ctx: RouteContext,
    { ticket, next, sealed }: { ticket: string; next: string | undefined; sealed?: string },
    work: () => Promise<FactorSetUp>,
  ): Promise<void> {
    try {
      const { codes, result } = await work();
      if (result.kind !== 'session' || codes.length === 0) return await this.pages.follow(ctx, result, next);
      await this.pages.open(ctx, result);
      this.pages.codes(ctx, codes, next);
    } catch (failure) {
      const error = shownError(ctx, failure);
      if (error.code === 'ticket-expired') this.pages.signIn(ctx, { next, error });
      else await this.pages.setUp(ctx, { ticket, next, error, sealed: error.code === 'code-wrong' ? sealed : undefined });
    }
  }

  private answer(ctx: RouteContext, response: string): PasskeyAnswer {
    const cookie = this.challenge.read(ctx);
    this.challenge.clear(ctx);
    return { response, cookie };
  }

  private at(ctx: RouteContext): RelyingPartyAddress {
    return this.relyingParty.required(ctx.get('Host'));
  }
}
