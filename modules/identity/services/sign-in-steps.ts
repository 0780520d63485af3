import { inject, injectable, PortalError, type Transaction, UnitOfWork } from '@portico/core';
import type { ExternalSession } from '../api/index.js';
import { PersonEntity } from '../entities/person-entity.js';
import { Directory } from './directory.js';
import { ExternalSessions } from './external-sessions.js';
import { SecondFactorPolicy } from './second-factor-policy.js';
import { type FactorKinds, SecondFactors } from './second-factors.js';
import { SessionStore, type Visitor } from './session-store.js';
import { KnownDevices } from './sign-in-rate-limiter.js';
import { SignInTickets } from './sign-in-tickets.js';

/** What a browser keeps of a new session. */
export interface OpenedSession {
  readonly token: string;
  /** Names the browser as a known device of the account. */
  readonly device: string;
}

/** What signing in leads to next: a session, or a ticket for what is still to be done before there is one. */
export type SignInResult =
  | ({ readonly kind: 'session' } & OpenedSession)
  | { readonly kind: 'second-factor'; readonly ticket: string; readonly factors: FactorKinds }
  | { readonly kind: 'new-password'; readonly ticket: string }
  | { readonly kind: 'set-up'; readonly ticket: string };

/** Who somebody has shown to be, and by what. */
export interface Shown {
  readonly personId: string;
  /** Of the password that was checked; of a passkey alone, the one that is in force. */
  readonly passwordHash: string;
  readonly hasFactor: boolean;
  /** Where, when it was not here: no password was shown then, and none is asked for. */
  readonly external?: ExternalSession;
}

/**
 * The order of signing in, after a password, a passkey or each later step: first the second factor of who has one; then a password of one's own, after
 * one that somebody else chose; then a second factor for who must have one and has none; then, and only then, the session. Whether the account
 * is active and its password still the same is asked again in the transaction that makes the session.
 */
@injectable()
export class SignInSteps {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Directory) private readonly directory: Directory,
    @inject(SessionStore) private readonly sessions: SessionStore,
    @inject(KnownDevices) private readonly devices: KnownDevices,
    @inject(SignInTickets) private readonly tickets: SignInTickets,
    @inject(SecondFactors) private readonly factors: SecondFactors,
    @inject(SecondFactorPolicy) private readonly policy: SecondFactorPolicy,
    @inject(ExternalSessions) private readonly externalSessions: ExternalSessions,
  ) {}

  async next(shown: Shown, visitor: Visitor): Promise<SignInResult> {
    const account = this.directory.byId(shown.personId);
    if (!account?.active) throw signInFailed();
    const factors = await this.factors.kinds(account.id);
    const hasAny = factors.app || factors.passkeys;
    if (hasAny && !shown.hasFactor)
      return { kind: 'second-factor', ticket: this.tickets.issue({ ...shown, step: 'second-factor' }), factors };
    if (account.mustChangePassword && !shown.external)
      return { kind: 'new-password', ticket: this.tickets.issue({ ...shown, step: 'new-password' }) };
    if (!hasAny && !shown.hasFactor && this.policy.requires(account))
      return { kind: 'set-up', ticket: this.tickets.issue({ ...shown, step: 'set-up' }) };
    const opened = await this.unitOfWork.write(async (transaction) => {
      if (!(await isStillTrue(transaction, shown))) throw signInFailed();
      return this.open(transaction, shown.personId, visitor, shown.external);
    });
    return { kind: 'session', ...opened };
  }

  /** A session in a transaction of the caller's, who has asked for all that is needed before. */
  async open(transaction: Transaction, personId: string, visitor: Visitor, external?: ExternalSession): Promise<OpenedSession> {
    const token = await this.sessions.create(transaction, personId, visitor);
    if (external) await this.externalSessions.begun(transaction, token, external);
    return { token, device: await this.devices.add(transaction, personId, visitor) };
  }
}

/**
 * Whether the account is active and its password the one that was shown. Asked in the transaction of what follows from it, where nothing can come
 * between: somebody may have changed either while it was checked, or while a ticket waited.
 */
export function isStillTrue(
  transaction: Transaction,
  { personId: id, passwordHash }: Pick<Shown, 'personId' | 'passwordHash'>,
): Promise<boolean> {
  return transaction.repository(PersonEntity).existsBy({ id, passwordHash, active: true });
}

export function signInFailed(): PortalError {
  return new PortalError('sign-in-failed', 'The email address or the password is not right.', { status: 401 });
}

export function ticketExpired(): PortalError {
  return new PortalError('ticket-expired', 'This took too long. Sign in again.', { status: 410 });
}
