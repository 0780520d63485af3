import { type Clock, UnitOfWork } from '@portico/core';
import type { TestPortal } from '@portico/core/testing';
import { type Mail, Mailer } from '../api/index.js';

/** A clock that goes on when a test says so. */
export class FakeClock implements Clock {
  private millis = Date.parse('2026-03-01T09:00:00Z');

  now(): Date {
    return new Date(this.millis);
  }

  monotonic(): number {
    return this.millis;
  }

  advance(minutes: number): void {
    this.millis += minutes * 60_000;
  }
}

/** Queues a mail as a module would. */
export function queue(portal: TestPortal, mail: Partial<Mail> = {}): Promise<void> {
  return portal.service(UnitOfWork).write((transaction) => {
    const whole = {
      to: 'ada@example.org',
      kind: 'greeting',
      subject: 'Good morning',
      paragraphs: ['The harbour is open.'],
      ...mail,
    };
    return portal.service(Mailer).send(transaction, whole);
  });
}

export interface Listed {
  readonly id: string;
  readonly recipient: string;
  readonly state: string;
  readonly attempts: number;
  readonly fault: string | null;
  readonly answer: string | null;
}

/** What `portico mail list` says, in the order of queuing. */
export async function listed(portal: TestPortal, state?: string): Promise<readonly Listed[]> {
  const { out } = await portal.command(['mail', 'list', '--json', ...(state ? ['--state', state] : [])]);
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Listed)
    .reverse();
}

/** Waits until the queue looks like this; the test's own time limit ends it. */
export async function until(portal: TestPortal, is: (mails: readonly Listed[]) => boolean): Promise<readonly Listed[]> {
  for (;;) {
    const mails = [...(await listed(portal)), ...(await listed(portal, 'sent'))];
    if (is(mails)) return mails;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
