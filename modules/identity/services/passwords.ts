import { randomBytes } from 'node:crypto';
import { Clock, inject, injectable, PortalError } from '@portico/core';
import { IdentityConfig } from './identity-config.js';
import { mostPasswordBytes, type PasswordOwner, passwordProblem } from './password-rules.js';

/** OWASP's parameters for argon2id: 19 MiB, two passes, one lane. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Of a password that was thrown away, made with the same parameters: what an unknown account is compared with. */
const nobodysHash = '$argon2id$v=19$m=19456,t=2,p=1$jtdE1NMmG6iI9KHxAy+e0A$7kwS2/gd4bbAEL6FQBzCSlkH2WU4RJDvZh4ITrMUbaQ';

/** Stands where the hash would, of somebody who signs in by an account at another place only: no password is right. */
export const noPassword = '!';

const atOnce = 2;
const longestQueue = 200;
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Loaded with the first password, not with every start. */
const argon2 = (): Promise<typeof import('@node-rs/argon2')> => import('@node-rs/argon2');

/** Hashes passwords beside the event loop, a few at a time: the thread pool also serves files. */
@injectable()
export class Passwords {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    @inject(IdentityConfig) private readonly config: IdentityConfig,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  /** A password for one sign-in: 79 bits in groups that can be read aloud. */
  static generate(): string {
    const letters: string[] = [];
    while (letters.length < 16) {
      // Bytes beyond the last full multiple would make some letters likelier than others.
      const usable = [...randomBytes(32)].filter((byte) => byte < alphabet.length * 8);
      letters.push(...usable.map((byte) => alphabet.charAt(byte % alphabet.length)));
    }
    return [0, 4, 8, 12].map((start) => letters.slice(start, start + 4).join('')).join('-');
  }

  /** What is wrong with a new password of somebody's, in a sentence; undefined when it will do. */
  problem(password: string, owner: PasswordOwner): Promise<string | undefined> {
    return passwordProblem(password, owner, new URL(this.config.publicUrl).hostname);
  }

  /** Until when a password that is chosen for somebody now is good for a sign-in, in milliseconds since 1970. */
  oneTimeUntil(): number {
    return this.clock.now().getTime() + this.config.values.oneTimePasswordHours * 3_600_000;
  }

  /** @throws PortalError `one-time-password-expired` (401). */
  checkInTime({ oneTimeUntil }: { readonly oneTimeUntil: number | null }): void {
    if (oneTimeUntil === null || Number(oneTimeUntil) > this.clock.now().getTime()) return;
    throw new PortalError(
      'one-time-password-expired',
      'This one-time password was not used in time. Ask an administrator for another one.',
      { status: 401 },
    );
  }

  hash(password: string): Promise<string> {
    return this.withSemaphore(async () => (await argon2()).hash(password, parameters));
  }

  /** @param passwordHash undefined for an unknown account: it takes as long and answers false. */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    if (Buffer.byteLength(password) > mostPasswordBytes) return false;
    const isNobodys = passwordHash === undefined || passwordHash === noPassword;
    const same = await this.withSemaphore(async () => (await argon2()).verify(isNobodys ? nobodysHash : passwordHash, password));
    return same && !isNobodys;
  }

  private async withSemaphore<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= atOnce) {
      if (this.waiting.length >= longestQueue) {
        throw new PortalError('sign-in-busy', 'Too many people are signing in right now. Try again in a few seconds.', {
          status: 503,
          retryAfter: 5,
        });
      }
      // The place of whoever is done passes on, so nobody who comes later can overtake.
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}
