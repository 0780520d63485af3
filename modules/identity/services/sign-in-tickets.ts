import { Clock, inject, injectable } from '@portico/core';
import type { ExternalSession } from '../api/index.js';
import { hashOf, newToken } from './token-hash.js';

const lifeMillis = 10 * 60_000;
const mostTickets = 10_000;

/** What somebody who has shown a password still has to do before there is a session. */
export type SignInStep = 'second-factor' | 'new-password' | 'set-up';

/** Whose ticket it is, for what, and what was shown so far. */
export interface SignInTicket {
  readonly personId: string;
  readonly step: SignInStep;
  /** Of the password that was right; when it is another one by now, the ticket is worth nothing. */
  readonly passwordHash: string;
  /** Whether a second factor was shown. */
  readonly hasFactor: boolean;
  /** Where the person was shown to be who they are, when that was not here. */
  readonly external?: ExternalSession;
}

/**
 * Lets somebody whose password was right do the next step of signing in, and nothing else: there is no session before the last. It lasts ten minutes and
 * works once. In memory only: after a restart the password is asked for again.
 */
@injectable()
export class SignInTickets {
  private readonly tickets = new Map<string, SignInTicket & { readonly expiresAt: number }>();

  constructor(@inject(Clock) private readonly clock: Clock) {}

  issue(ticket: SignInTicket): string {
    const now = this.clock.now().getTime();
    for (const [key, { expiresAt }] of this.tickets) {
      if (expiresAt > now && this.tickets.size < mostTickets) break;
      this.tickets.delete(key);
    }
    const token = newToken();
    this.tickets.set(hashOf(token), { ...ticket, expiresAt: now + lifeMillis });
    return token;
  }

  find(token: string, step: SignInStep): SignInTicket | undefined {
    const ticket = this.tickets.get(hashOf(token));
    return ticket?.step === step && ticket.expiresAt > this.clock.now().getTime() ? ticket : undefined;
  }

  /** Which step a ticket is for; undefined when it is none, or too old. */
  stepOf(token: string): SignInStep | undefined {
    const ticket = this.tickets.get(hashOf(token));
    return ticket && ticket.expiresAt > this.clock.now().getTime() ? ticket.step : undefined;
  }

  /** False when it was redeemed already: of several side by side, one goes on. */
  redeem(token: string): boolean {
    return this.tickets.delete(hashOf(token));
  }
}
