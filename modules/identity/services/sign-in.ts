import { createHash, randomBytes } from 'node:crypto';
import { Clock, inject, injectable, notFound, PortalError, type Session, type Transaction, UnitOfWork } from '@portico/core';
import { PersonEntity } from '../entities/person-entity.js';
import { AccountRepository } from './account-repository.js';
import { Directory } from './directory.js';
import { Passwords } from './passwords.js';
import { SessionStore } from './session-store.js';
import { KnownDevices, SignInRateLimiter } from './sign-in-rate-limiter.js';

const lifeMillis = 10 * 60_000;
const mostTickets = 1000;

/**
 * Lets somebody who signed in with a one-time password choose another one, and do nothing else: there is no session before that.
 * In memory only: after a restart the one-time password is asked for again.
 */
@injectable()
class PasswordTickets {
  private readonly tickets = new Map<string, { readonly personId: string; readonly expiresAt: number }>();

  constructor(@inject(Clock) private readonly clock: Clock) {}

  issue(personId: string): string {
    const now = this.clock.now().getTime();
    for (const [key, ticket] of this.tickets) {
      if (ticket.expiresAt <= now || this.tickets.size >= mostTickets) this.tickets.delete(key);
    }
    const token = randomBytes(32).toString('base64url');
    this.tickets.set(keyOf(token), { personId, expiresAt: now + lifeMillis });
    return token;
  }

  personOf(token: string): string | undefined {
    const ticket = this.tickets.get(keyOf(token));
    return ticket && ticket.expiresAt > this.clock.now().getTime() ? ticket.personId : undefined;
  }

  redeem(token: string): void {
    this.tickets.delete(keyOf(token));
  }
}

function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** What a browser keeps of a new session. */
export interface OpenedSession {
  readonly token: string;
  /** Names the browser as a known device of the account. */
  readonly device: string;
}

/** What a right password leads to: a session, or, after a one-time password, a ticket to choose another one. */
export type SignInResult =
  | ({ readonly kind: 'session' } & OpenedSession)
  | { readonly kind: 'new-password'; readonly ticket: string };

/**
 * Signing in, and all that gives somebody a session: a password, the ticket after a one-time password, and a change of one's own password.
 *
 * A password is checked in this order: the attempt is counted first (sign-in-rate-limiter.ts), so that guesses side by side do not slip through; then
 * Argon2 runs, also for an address that nobody has, so that both take the same time; then the answer is one sentence for an unknown address, a wrong
 * password and a disabled account. Only a success forgets the failures.
 *
 * What a right password leads to: a session; or, after a one-time password, a ticket that lasts ten minutes, works once and opens nothing but the form for
 * a password of one's own. Whether the account is still active, and the password still the same, is asked again inside the transaction that makes the
 * session: while Argon2 ran, somebody may have changed either.
 *
 * Whichever of the three it was, the browser is known from then on, and its attempts have a count of their own.
 *
 * A changed password ends all sessions of the person in the same transaction, and gives a new one to whoever changed it.
 *
 * What is never done: no session for an account that must choose a password; no hint which of address and password was wrong; no password in a log, an
 * audit entry or an error; nobody is locked out for what others tried.
 */
@injectable()
export class SignIn {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Directory) private readonly directory: Directory,
    @inject(Passwords) private readonly passwords: Passwords,
    @inject(SessionStore) private readonly sessions: SessionStore,
    @inject(SignInRateLimiter) private readonly rateLimiter: SignInRateLimiter,
    @inject(PasswordTickets) private readonly tickets: PasswordTickets,
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(KnownDevices) private readonly devices: KnownDevices,
  ) {}

  /**
   * An unknown address, a wrong password and a disabled account take the same time and give the same answer.
   * @param cookie of the browser, from an earlier sign-in of anybody's.
   * @throws PortalError `sign-in-failed` (401), `sign-in-slowed` (429).
   */
  async withPassword(email: string, password: string, address: string, cookie?: string): Promise<SignInResult> {
    const key = email.trim().toLowerCase();
    const account = this.directory.byEmail(key);
    const device = await this.devices.find(account?.id, cookie);
    await this.rateLimiter.attempt(key, address, device);
    const stored = await this.unitOfWork.read((reader) => reader.repository(PersonEntity).findOneBy({ id: account?.id ?? '' }));
    const right = await this.passwords.verify(stored?.passwordHash, password);
    if (!right || !stored?.active) {
      this.rateLimiter.failed(key, account?.id);
      throw failed();
    }
    const result = await this.open(stored, cookie);
    await this.rateLimiter.succeeded(key, address, device);
    return result;
  }

  /** Turns a ticket and a password of the person's own into a session. @throws PortalError `ticket-expired` (410). */
  async withTicket(ticket: string, password: string, cookie?: string): Promise<OpenedSession> {
    const personId = this.tickets.personOf(ticket);
    const account = personId === undefined ? undefined : this.directory.byId(personId);
    if (!account?.active || !account.mustChangePassword) {
      throw new PortalError('ticket-expired', 'This took too long. Sign in with your one-time password again.', { status: 410 });
    }
    const session = await this.replacePassword(account.id, password, cookie);
    this.tickets.redeem(ticket);
    return session;
  }

  /** Changes the password of a signed-in person; every other session of theirs ends. Answers a new one. */
  async changePassword(
    session: Session,
    { current, next }: { readonly current: string; readonly next: string },
    address: string,
    cookie?: string,
  ): Promise<OpenedSession> {
    const key = session.person.email;
    const device = await this.devices.find(session.person.id, cookie);
    await this.rateLimiter.attempt(key, address, device);
    const stored = await this.unitOfWork.read((reader) => reader.repository(PersonEntity).findOneBy({ id: session.person.id }));
    if (!(await this.passwords.verify(stored?.passwordHash, current))) {
      this.rateLimiter.failed(key, session.person.id);
      throw new PortalError('password-wrong', 'This is not your current password.', { status: 400 });
    }
    await this.rateLimiter.succeeded(key, address, device);
    return this.replacePassword(session.person.id, next, cookie);
  }

  private async open(verified: PersonEntity, cookie: string | undefined): Promise<SignInResult> {
    if (verified.mustChangePassword && verified.active) {
      return { kind: 'new-password', ticket: this.tickets.issue(verified.id) };
    }
    return this.unitOfWork.write(async (transaction) => {
      const { id, passwordHash } = verified;
      // Asked again where nothing can come between: the password may have been changed while it was checked.
      if (!(await transaction.repository(PersonEntity).existsBy({ id, passwordHash, active: true }))) throw failed();
      return { kind: 'session', ...(await this.session(transaction, id, cookie)) };
    });
  }

  private async session(transaction: Transaction, personId: string, cookie: string | undefined): Promise<OpenedSession> {
    const token = await this.sessions.create(transaction, personId);
    return { token, device: await this.devices.add(transaction, personId, cookie) };
  }

  private async replacePassword(personId: string, password: string, cookie: string | undefined): Promise<OpenedSession> {
    let session: OpenedSession | undefined;
    await this.accounts.replacePassword(personId, password, false, async (transaction) => {
      if (!(await transaction.repository(PersonEntity).existsBy({ id: personId, active: true }))) throw notFound('person');
      session = await this.session(transaction, personId, cookie);
    });
    if (session === undefined) throw failed();
    return session;
  }
}

function failed(): PortalError {
  return new PortalError('sign-in-failed', 'The email address or the password is not right.', { status: 401 });
}
