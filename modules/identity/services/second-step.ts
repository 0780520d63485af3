import { inject, injectable, PortalError } from '@portico/core';
import type { Account } from '../api/index.js';
import { AuthenticatorApp, type Enrolment, wrongCode } from './authenticator-app.js';
import { Directory } from './directory.js';
import { type Asked, type CreationOptions, Passkeys, type RequestOptions } from './passkeys.js';
import type { RelyingPartyAddress } from './relying-party.js';
import { type FactorGuard, type FactorKinds, SecondFactors } from './second-factors.js';
import type { Visitor } from './session-store.js';
import { KnownDevices, SignInRateLimiter } from './sign-in-rate-limiter.js';
import { isStillTrue, type SignInResult, SignInSteps, ticketExpired } from './sign-in-steps.js';
import { type SignInStep, type SignInTicket, SignInTickets } from './sign-in-tickets.js';

/** What the browser says of a passkey, with the cookie that was given when it was asked. */
export interface PasskeyAnswer {
  readonly response: string;
  readonly cookie: string | undefined;
}

/** A factor that was set up at sign-in: its recovery codes, and what comes next. */
export interface FactorSetUp {
  readonly codes: readonly string[];
  readonly result: SignInResult;
}

/**
 * The second step of signing in: a code, a recovery code or a passkey after the password; and setting a factor up, for those who must have one. A ticket
 * says whose step it is. Each attempt at a code is counted first, as with passwords: whoever guesses is held up, and the owner is not, who has a
 * browser that is known. The ticket is redeemed by the attempt that succeeds. A factor is added only while the password that was shown is in force: else
 * whoever had a former one would keep a way in of their own.
 */
@injectable()
export class SecondStep {
  constructor(
    @inject(SignInTickets) private readonly tickets: SignInTickets,
    @inject(Directory) private readonly directory: Directory,
    @inject(SignInRateLimiter) private readonly rateLimiter: SignInRateLimiter,
    @inject(KnownDevices) private readonly devices: KnownDevices,
    @inject(SecondFactors) private readonly factors: SecondFactors,
    @inject(SignInSteps) private readonly steps: SignInSteps,
    @inject(Passkeys) private readonly passkeys: Passkeys,
    @inject(AuthenticatorApp) private readonly app: AuthenticatorApp,
  ) {}

  /** Which step a ticket is for; undefined when it is none, or too old. */
  stepOf(token: string): SignInStep | undefined {
    return this.tickets.stepOf(token);
  }

  /** What the holder of a ticket can show. @throws PortalError `ticket-expired` (410). */
  kinds(token: string): Promise<FactorKinds> {
    return this.factors.kinds(this.holder(token, 'second-factor').account.id);
  }

  /** @throws PortalError `code-wrong` (401), `sign-in-slowed` (429), `ticket-expired` (410). */
  withCode(token: string, code: string, visitor: Visitor): Promise<SignInResult> {
    return this.attempt(token, visitor, async (account) => {
      if (!(await this.factors.useCode(account, code))) throw wrongCode(401);
    });
  }

  /** @throws as `withCode`. */
  withRecoveryCode(token: string, code: string, visitor: Visitor): Promise<SignInResult> {
    return this.attempt(token, visitor, async (account) => {
      if (await this.factors.useRecoveryCode(account, code)) return;
      throw new PortalError('code-wrong', 'This is none of your recovery codes, or it was used before.', { status: 401 });
    });
  }

  /** Asks for a passkey of the holder of a ticket; without one, for whichever the browser has. */
  ask(token: string | undefined, at: RelyingPartyAddress): Promise<Asked<RequestOptions>> {
    if (token === undefined) return this.passkeys.ask('sign-in', at);
    return this.passkeys.ask('second-factor', at, this.holder(token, 'second-factor').account.id);
  }

  /** @throws PortalError `passkey-invalid` (401), `passkey-expired` (410), `passkey-refused` (401), `sign-in-slowed` (429), `ticket-expired` (410). */
  withPasskey(token: string, answer: PasskeyAnswer, at: RelyingPartyAddress, visitor: Visitor): Promise<SignInResult> {
    return this.attempt(token, visitor, async (account) => {
      const checked = await this.passkeys.check('second-factor', answer, at, account.id);
      if (!(await this.factors.usePasskey(account, checked))) throw refusedPasskey();
    });
  }

  /** Signs in by a passkey alone: who has it, and unlocked it, has shown two factors. @throws as `withPasskey`. */
  async withPasskeyAlone(answer: PasskeyAnswer, at: RelyingPartyAddress, visitor: Visitor): Promise<SignInResult> {
    await this.rateLimiter.attemptFrom(visitor.address);
    const checked = await this.passkeys.check('sign-in', answer, at);
    const account = this.directory.byId(checked.passkey.personId);
    if (!account?.active) throw refusedPasskey();
    if (!(await this.factors.usePasskey(account, checked))) throw refusedPasskey();
    await this.rateLimiter.succeededFrom(visitor.address);
    const passwordHash = await this.factors.passwordHashOf(account.id);
    return this.steps.next({ personId: account.id, passwordHash, hasFactor: true }, visitor);
  }

  /** What a person who has to set up a factor brings into the app. @param sealed of an attempt before, which is shown once more. */
  enrolment(token: string, sealed?: string): Promise<Enrolment> {
    const { account } = this.holder(token, 'set-up');
    return sealed === undefined ? this.app.begin(account) : this.app.again(account, sealed);
  }

  /** @throws PortalError `code-wrong` (400), `enrolment-expired` (410), `ticket-expired` (410). */
  setUpApp(token: string, sealed: string, code: string, visitor: Visitor): Promise<FactorSetUp> {
    return this.setUp(token, visitor, (account, guard) => this.factors.setApp(account, sealed, code, guard));
  }

  offer(token: string, at: RelyingPartyAddress): Promise<Asked<CreationOptions>> {
    return this.passkeys.offer(this.holder(token, 'set-up').account, at);
  }

  /** @throws PortalError `passkey-invalid` (400), `passkey-expired` (410), `ticket-expired` (410). */
  setUpPasskey(
    token: string,
    made: PasskeyAnswer & { readonly name: string },
    at: RelyingPartyAddress,
    visitor: Visitor,
  ): Promise<FactorSetUp> {
    return this.setUp(token, visitor, async (account, guard) =>
      this.factors.addPasskey(account, await this.passkeys.made(account.id, made, at), guard),
    );
  }

  private async attempt(token: string, visitor: Visitor, show: (account: Account) => Promise<void>): Promise<SignInResult> {
    const { account, ticket } = this.holder(token, 'second-factor');
    const device = await this.devices.find(account.id, visitor.device);
    await this.rateLimiter.attemptCode(account.id, device);
    await show(account);
    if (!this.tickets.redeem(token)) throw ticketExpired();
    await this.rateLimiter.codeSucceeded(account.id, device);
    return this.steps.next({ ...ticket, hasFactor: true }, visitor);
  }

  private async setUp(
    token: string,
    visitor: Visitor,
    add: (account: Account, guard: FactorGuard) => Promise<readonly string[] | undefined>,
  ): Promise<FactorSetUp> {
    const { account, ticket } = this.holder(token, 'set-up');
    const guard: FactorGuard = async (transaction) => {
      if (!(await isStillTrue(transaction, ticket))) throw ticketExpired();
    };
    const codes = (await add(account, guard)) ?? [];
    if (!this.tickets.redeem(token)) throw ticketExpired();
    return { codes, result: await this.steps.next({ ...ticket, hasFactor: true }, visitor) };
  }

  private holder(token: string, step: SignInStep): { readonly account: Account; readonly ticket: SignInTicket } {
    const ticket = this.tickets.find(token, step);
    const account = ticket && this.directory.byId(ticket.personId);
    if (!ticket || !account?.active) throw ticketExpired();
    return { account, ticket };
  }
}

function refusedPasskey(): PortalError {
  return new PortalError('passkey-refused', 'This passkey was refused. Use another way to sign in, then look at My Account.', {
    status: 401,
  });
}
