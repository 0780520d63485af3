import type { Clock } from '@portico/core';
import type { TestPortal } from '@portico/core/testing';
import { type Account, type NewAccount, People } from '../api/index.js';

export const password = 'a lighthouse at dusk';

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  private millis = Date.parse('2026-03-01T09:00:00Z');

  now(): Date {
    return new Date(this.millis);
  }

  monotonic(): number {
    return this.millis;
  }

  advance({ hours = 0, minutes = 0 }: { readonly hours?: number; readonly minutes?: number }): void {
    this.millis += (hours * 60 + minutes) * 60_000;
  }
}

export function addPerson(portal: TestPortal, email: string, more: Partial<NewAccount> = {}): Promise<Account> {
  return portal.service(People).add({ email, name: email.split('@')[0] ?? email, password, ...more });
}

export type TestClient = ReturnType<TestPortal['agent']>;

export function trySignIn(
  portal: TestPortal,
  visitor: TestClient,
  fields: { readonly email: string; readonly password: string; readonly next?: string },
): ReturnType<TestClient['post']> {
  return visitor.post('/sign-in').set('Origin', portal.url).set('Accept', 'text/html').type('form').send(fields);
}

/** The session's token, as the answer gives it to the browser. */
export function tokenIn(answer: { readonly headers: Record<string, unknown> }): string {
  const cookies = answer.headers['set-cookie'] as string[] | undefined;
  return cookies?.map((line) => /^portico=([^;]+)/.exec(line)?.[1]).find((token) => token !== undefined) ?? '';
}

/** Whether a page for signed-in people lets this visitor in. */
export async function isSignedIn(visitor: TestClient): Promise<boolean> {
  return (await visitor.get('/account')).status === 200;
}
