import { inject, injectable, type Person, type Transaction } from '@portico/core';
import { AccountLinks } from './account-links.js';
import { ApiTokenRepository } from './api-token-repository.js';
import { SecondFactors } from './second-factors.js';
import { SessionStore } from './session-store.js';

const time = (millis: number | undefined): string | null => (millis === undefined ? null : new Date(millis).toISOString());

/** All ways on which somebody gets in, where they are kept in memory too: ended, moved and described together. */
@injectable()
export class WaysIn {
  constructor(
    @inject(SessionStore) private readonly sessions: SessionStore,
    @inject(ApiTokenRepository) private readonly tokens: ApiTokenRepository,
    @inject(AccountLinks) private readonly links: AccountLinks,
    @inject(SecondFactors) private readonly factors: SecondFactors,
  ) {}

  async endAll(transaction: Transaction, person: Person): Promise<void> {
    await transaction.query(
      'DELETE FROM identity_external_session WHERE token_hash IN (SELECT token_hash FROM identity_session WHERE person_id = ?)',
      [person.id],
    );
    await this.sessions.endAllOf(transaction, person.id);
    await this.tokens.revokeAllOf(transaction, person);
    await this.links.endAllOf(transaction, person.id);
  }

  moveTokens(transaction: Transaction, from: Person, to: Person): Promise<void> {
    return this.tokens.moveAll(transaction, from, to);
  }

  /** Without anything that would let somebody in. */
  async described({ id }: Person): Promise<object> {
    const { appSince, passkeys, codesLeft } = await this.factors.state(id);
    return {
      sessions: this.sessions.of(id).map(({ browser, system, address, createdAt, lastUsedAt }) => ({
        browser,
        system,
        address,
        createdAt: time(createdAt),
        lastUsedAt: time(lastUsedAt),
      })),
      apiTokens: this.tokens.of(id).map(({ name, scopes, createdAt, expiresAt, lastUsedAt }) => ({
        name,
        scopes,
        createdAt: time(createdAt),
        expiresAt: time(expiresAt),
        lastUsedAt: time(lastUsedAt),
      })),
      authenticatorAppSince: time(appSince),
      passkeys: passkeys.map(({ name, createdAt }) => ({ name, createdAt: time(createdAt) })),
      recoveryCodesLeft: codesLeft,
    };
  }
}
