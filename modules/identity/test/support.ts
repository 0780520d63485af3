import type { Clock } from '@portico/core';
import type { TestPortal } from '@portico/core/testing';
import { TOTP } from 'otpauth';
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

/** The value of a hidden field of a page. */
export const hidden = (html: string, name: string): string => new RegExp(`name="${name}" value="([^"]+)"`).exec(html)?.[1] ?? '';

/** The code of an app that knows the key of a page, some steps from now. */
export type AppCode = (steps?: number) => string;

/** An app that knows the key of a page. */
export function appOf(html: string, clock: Clock): AppCode {
  const secret =
    /<code class="one-time-password enrolment-key"[^>]*>(.+?)<\/code>/.exec(html)?.[1]?.replace(/<[^>]+>/g, '') ?? '';
  const totp = new TOTP({ secret });
  return (steps = 0) => totp.generate({ timestamp: clock.now().getTime() + steps * 30_000 });
}

export const recoveryCodesIn = (html: string): readonly string[] =>
  [...html.matchAll(/<code>([a-z0-9]{4}(?:-[a-z0-9]{4}){3})<\/code>/g)].map(([, code]) => code ?? '');

/** Sets up an authenticator app for a signed-in person, whose clock then goes on until the code of the setting up is over. */
export async function setUpApp(
  portal: TestPortal,
  owner: TestClient,
  clock: FakeClock,
): Promise<{ readonly code: AppCode; readonly recovery: readonly string[] }> {
  const page = await owner.get('/account/authenticator');
  const code = appOf(page.text, clock);
  const answer = await portal.post(owner, '/account/authenticator', { sealed: hidden(page.text, 'sealed'), code: code() });
  clock.advance({ minutes: 2 });
  return { code, recovery: recoveryCodesIn(answer.text) };
}
