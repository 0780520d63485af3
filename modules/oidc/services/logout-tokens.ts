import { createHash } from 'node:crypto';
import { Clock, inject, injectable, LessThan, Log, SecurityEvents, UnitOfWork } from '@portico/core';
import { type EndedSession, ExternalSignIn } from '@portico/identity/api';
import type { JWTPayload } from 'jose';
import { LogoutTokenEntity } from '../entities/logout-token-entity.js';
import { clockToleranceSeconds, loadJose, ProviderClients } from './provider-clients.js';
import type { Provider } from './providers.js';

const event = 'http://schemas.openid.net/event/backchannel-logout';
/** Signatures by keys that only the provider has. */
const asymmetric = /^(?:RS|PS|ES)(?:256|384|512)$|^E(?:dDSA|d25519)$/;

/** A logout token that is none, in a sentence for whoever reads the answer. */
export class LogoutTokenRefused extends Error {}

/**
 * Sign-outs that a provider tells of, by the rules of OpenID Connect Back-Channel Logout 1.0, section 2.6: signed by a key of the provider, from its
 * issuer, for this client, of now; with the event, with a subject or a session or both, and without a nonce, so that no identity token will do. Each token
 * has its effect once, in the transaction that ends the sessions. One for a session that is not there is none to worry about.
 */
@injectable()
export class LogoutTokens {
  constructor(
    @inject(ProviderClients) private readonly clients: ProviderClients,
    @inject(ExternalSignIn) private readonly signIn: ExternalSignIn,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Clock) private readonly clock: Clock,
    @inject(Log) private readonly log: Log,
    @inject(SecurityEvents) private readonly events: SecurityEvents,
  ) {}

  /** Answers how many sessions ended. @throws LogoutTokenRefused. */
  async take(provider: Provider, token: string): Promise<number> {
    const payload = await this.verified(provider, token).catch((error: unknown) => {
      this.log.warn('A logout token was refused.', { provider: provider.name, error });
      this.events.occurred({ action: 'logout-token-refused', subject: provider.name });
      throw error instanceof LogoutTokenRefused ? error : new LogoutTokenRefused('The token could not be verified.');
    });
    const { ended, tokenHash, expiresAt } = payload;
    const now = this.clock.now().getTime();
    return this.unitOfWork.write(async (transaction) => {
      const rows = transaction.repository(LogoutTokenEntity);
      await rows.delete({ expiresAt: LessThan(now) });
      if (await rows.existsBy({ tokenHash })) return 0;
      await rows.insert({ tokenHash, expiresAt });
      return this.signIn.endSessions(transaction, ended);
    });
  }

  private async verified(
    provider: Provider,
    token: string,
  ): Promise<{ readonly ended: EndedSession; readonly tokenHash: string; readonly expiresAt: number }> {
    const { metadata, keys } = await this.clients.of(provider);
    const { jwtVerify } = await loadJose();
    const now = this.clock.now();
    const algorithms = (metadata.id_token_signing_alg_values_supported ?? ['RS256']).filter((name) => asymmetric.test(name));
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: metadata.issuer,
      audience: provider.clientId,
      algorithms,
      clockTolerance: clockToleranceSeconds,
      currentDate: now,
      requiredClaims: ['iat', 'exp', 'jti', 'events'],
    });
    const { typ } = protectedHeader;
    if (typ !== undefined && !/^(?:application\/)?(?:logout\+)?jwt$/i.test(typ))
      throw new LogoutTokenRefused('This is no logout token.');
    checkClaims(payload, now);
    const { sub, sid, jti = '', exp = 0 } = payload as JWTPayload & { readonly sid?: string };
    const issuer = metadata.issuer;
    const ended: EndedSession =
      sub === undefined ? { issuer, sid: sid as string } : { issuer, subject: sub, ...(sid === undefined ? {} : { sid }) };
    const tokenHash = createHash('sha256').update(`${issuer}\n${jti}`).digest('hex');
    return { ended, tokenHash, expiresAt: (exp + 2 * clockToleranceSeconds) * 1000 };
  }
}

function checkClaims(payload: JWTPayload, now: Date): void {
  const { events, nonce, sub, sid, jti, iat = 0 } = payload as JWTPayload & { readonly events?: unknown; readonly sid?: unknown };
  const told = isObject(events) ? events[event] : undefined;
  if (!isObject(told)) throw new LogoutTokenRefused('The token tells of no sign-out.');
  if (nonce !== undefined) throw new LogoutTokenRefused('A logout token has no nonce.');
  if (sub === undefined && sid === undefined) throw new LogoutTokenRefused('The token names neither a subject nor a session.');
  if (sid !== undefined && (typeof sid !== 'string' || sid === ''))
    throw new LogoutTokenRefused('The session of the token is no text.');
  if (sub === '' || jti === '') throw new LogoutTokenRefused('The token has an empty claim.');
  if (iat > now.getTime() / 1000 + clockToleranceSeconds) throw new LogoutTokenRefused('The token is from the future.');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
