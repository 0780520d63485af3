import { type Contributions, contributions, inject, injectable, Log } from '@portico/core';
import { type ExternalSession, type SignInButton, type SignInMethod, SignInMethods } from '../api/index.js';

/** What modules offer for signing in. A method that fails is left out, and counted as an error of its module. */
@injectable()
export class OfferedMethods {
  constructor(
    @inject(contributions(SignInMethods)) private readonly methods: Contributions<SignInMethod>,
    @inject(Log) private readonly log: Log,
  ) {}

  buttons(locale: string): readonly SignInButton[] {
    return this.methods.each((method) => method.buttons(locale)).flat();
  }

  /** Undefined for one that is not offered any more. */
  nameOf(provider: string, locale: string): string | undefined {
    return this.buttons(locale).find((button) => button.provider === provider)?.name;
  }

  /** Where to sign out of the place at which a session was begun; undefined when that cannot be said now. */
  async signOutAddress(session: ExternalSession): Promise<string | undefined> {
    const asked = this.methods.each((method) => method.signOutAddress?.(session));
    for (const answer of await Promise.allSettled(asked)) {
      if (answer.status === 'rejected')
        this.log.warn('Where to sign out of a provider could not be found out.', {
          error: answer.reason,
          provider: session.provider,
        });
      else if (answer.value !== undefined) return answer.value;
    }
    return undefined;
  }
}
