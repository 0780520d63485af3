import { createHash, randomBytes } from 'node:crypto';
import { Clock, inject, injectable } from '@portico/core';

const lifeMillis = 10 * 60_000;
const mostTickets = 1000;

/**
 * Lets somebody who signed in with a one-time password choose another one, and do nothing else: there is no session before that.
 * In memory only: after a restart the one-time password is asked for again.
 */
@injectable()
export class PasswordTickets {
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
