import { inject, injectable, invalidInput, PortalError, type Session, UnitOfWork } from '@portico/core';
import { PersonEntity } from '../entities/person-entity.js';
import { AccountRepository } from './account-repository.js';
import { Directory } from './directory.js';
import { emailKey } from './email-address.js';
import { Passwords } from './passwords.js';
import type { Visitor } from './session-store.js';
import { KnownDevices, SignInRateLimiter } from './sign-in-rate-limiter.js';
import { isStillTrue, type OpenedSession, type SignInResult, SignInSteps, signInFailed, ticketExpired } from './sign-in-steps.js';
import { SignInTickets } from './sign-in-tickets.js';

/**
 * Signing in, and all that gives somebody a session: a password, the ticket after a one-time password, and a change of one's own password.
 *
 * A password is checked in this order: the attempt is counted first (sign-in-rate-limiter.ts), so that guesses side by side do not slip through; then
 * Argon2 runs, also for an address that nobody has, so that both take the same time; then the answer is one sentence for an unknown address, a wrong
 * password and a disabled account. Only a success forgets the failures. A one-time password that nobody used in time is refused; who knows it is told so.
 *
 * What a right password leads to, `SignInSteps` says: a second factor, a password of one's own, or a session. Between two steps there is a ticket, which
 * lasts ten minutes, works once and opens nothing but its step. Whether the account is still active, and the password still the same, is asked again
 * inside the transaction that makes the session or replaces the password: while Argon2 ran, somebody may have changed either.
 *
 * Whichever way it was, the browser is known from then on, and its attempts have a count of their own.
 *
 * A changed password ends all sessions of the person in the same transaction, and gives a new one to whoever changed it.
 *
 * What is never done: no session for an account that must choose a password or show a second factor; no hint which of address and password was wrong; no
 * password in a log, an audit entry or an error; nobody is locked out for what others tried.
 */
@injectable()
export class SignIn {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Directory) private readonly directory: Directory,
    @inject(Passwords) private readonly passwords: Passwords,
    @inject(SignInRateLimiter) private readonly rateLimiter: SignInRateLimiter,
    @inject(SignInTickets) private readonly tickets: SignInTickets,
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(KnownDevices) private readonly devices: KnownDevices,
    @inject(SignInSteps) private readonly steps: SignInSteps,
  ) {}

  /**
   * An unknown address, a wrong password and a disabled account take the same time and give the same answer.
   * @throws PortalError `sign-in-failed` (401), `one-time-password-expired` (401), `sign-in-slowed` (429).
   */
  async withPassword(email: string, password: string, visitor: Visitor): Promise<SignInResult> {
    const key = emailKey(email);
    const account = this.directory.byEmail(key);
    const device = await this.devices.find(account?.id, visitor.device);
    await this.rateLimiter.attempt(key, visitor.address, device);
    const stored = await this.stored(account?.id ?? '');
    const right = await this.passwords.verify(stored?.passwordHash, password);
    if (!right || !stored?.active) throw signInFailed();
    this.passwords.checkInTime(stored);
    const result = await this.steps.next({ personId: stored.id, passwordHash: stored.passwordHash, hasFactor: false }, visitor);
    await this.rateLimiter.succeeded(key, visitor.address, device);
    return result;
  }

  /**
   * Turns a ticket and a password of the person's own into what comes next.
   * @throws PortalError `ticket-expired` (410), `invalid-input` (400) for a password that will not do, also the one-time password itself.
   */
  async withTicket(token: string, password: string, visitor: Visitor): Promise<SignInResult> {
    const ticket = this.tickets.find(token, 'new-password');
    const account = ticket && this.directory.byId(ticket.personId);
    const stored = ticket && (await this.stored(ticket.personId));
    const isSame = stored?.passwordHash === ticket?.passwordHash;
    if (!ticket || !stored || !isSame || !account?.active || !account.mustChangePassword) throw ticketExpired();
    if (await this.passwords.verify(stored.passwordHash, password)) {
      const sentence = 'Choose another password than the one you were given.';
      throw invalidInput({ password: sentence }, sentence);
    }
    let passwordHash = '';
    await this.accounts.replacePassword(account.id, password, false, {
      keepsTokens: true,
      guard: async (transaction) => {
        if (!(await isStillTrue(transaction, ticket))) throw ticketExpired();
      },
      also: async (transaction) => {
        ({ passwordHash } = await transaction.repository(PersonEntity).findOneByOrFail({ id: account.id }));
      },
    });
    this.tickets.redeem(token);
    return this.steps.next({ ...ticket, passwordHash }, visitor);
  }

  /** Changes the password of a signed-in person; every other session of theirs ends. Answers a new one. */
  async changePassword(
    session: Session,
    { current, next }: { readonly current: string; readonly next: string },
    visitor: Visitor,
  ): Promise<OpenedSession> {
    const passwordHash = await this.confirm(session, current, visitor);
    const personId = session.person.id;
    let opened: OpenedSession | undefined;
    await this.accounts.replacePassword(personId, next, false, {
      keepsTokens: true,
      guard: async (transaction) => {
        if (!(await isStillTrue(transaction, { personId, passwordHash }))) throw wrongPassword();
      },
      also: async (transaction) => {
        opened = await this.steps.open(transaction, personId, visitor);
      },
    });
    if (opened === undefined) throw signInFailed();
    return opened;
  }

  /**
   * Asks a signed-in person for the password once more. Answers its hash.
   * @throws PortalError `password-wrong` (400), `sign-in-slowed` (429).
   */
  async confirm({ person }: Session, password: string, visitor: Visitor): Promise<string> {
    const device = await this.devices.find(person.id, visitor.device);
    await this.rateLimiter.attempt(person.email, visitor.address, device);
    const stored = await this.stored(person.id);
    if (!stored || !(await this.passwords.verify(stored.passwordHash, password))) throw wrongPassword();
    await this.rateLimiter.succeeded(person.email, visitor.address, device);
    return stored.passwordHash;
  }

  private stored(id: string): Promise<PersonEntity | null> {
    return this.unitOfWork.read((reader) => reader.repository(PersonEntity).findOneBy({ id }));
  }
}

function wrongPassword(): PortalError {
  return new PortalError('password-wrong', 'This is not your current password.', { status: 400 });
}
