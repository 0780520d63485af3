import { Clock, inject, injectable, Log, Messages, type PortalError, SecurityEvents } from '@portico/core';
import type { ExternalIdentity } from '@portico/identity/api';
import type { AttemptSecrets } from './attempts.js';
import { identityOf, isIncomplete, type SignedClaims } from './claims.js';
import { clockToleranceSeconds, loadClient, ProviderClients } from './provider-clients.js';
import { ClockDiffers, signInProblem } from './provider-problems.js';
import { type Provider, Providers } from './providers.js';

/**
 * What goes on between portal and provider: code flow with PKCE, state and nonce.
 *
 * The browser takes a state, the hash of a code verifier and a nonce to the provider, and brings back a code. The portal changes the code, with its own
 * secret and the verifier, for an identity token, straight from the provider. The token is good when its signature is by a key of the provider, issuer and
 * client are the right ones, the nonce is that of this attempt, and its times fit, give or take a minute. Where it does not say address, name or groups,
 * the provider is asked for them, and what it says counts only for the same subject. Access tokens are not kept.
 */
@injectable()
export class SignInDance {
  constructor(
    @inject(Providers) private readonly providers: Providers,
    @inject(ProviderClients) private readonly clients: ProviderClients,
    @inject(Clock) private readonly clock: Clock,
    @inject(Log) private readonly log: Log,
    @inject(Messages) private readonly messages: Messages,
    @inject(SecurityEvents) private readonly events: SecurityEvents,
  ) {}

  /** Where the browser goes. @throws PortalError `oidc-unreachable` (502). */
  async address(provider: Provider, { state, nonce, codeVerifier }: AttemptSecrets, locale: string): Promise<URL> {
    try {
      const { config } = await this.clients.of(provider);
      const client = await loadClient();
      return client.buildAuthorizationUrl(config, {
        redirect_uri: this.providers.addresses(provider.id).callback,
        scope: provider.scopes,
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        ui_locales: locale,
      });
    } catch (error) {
      throw this.failed(error, provider, locale);
    }
  }

  /** @param query of the address to which the provider sent the browser back. @throws PortalError with a sentence for the person. */
  async identity(provider: Provider, query: string, secrets: AttemptSecrets, locale: string): Promise<ExternalIdentity> {
    try {
      const { config, metadata } = await this.clients.of(provider);
      const client = await loadClient();
      const back = new URL(this.providers.addresses(provider.id).callback);
      back.search = query;
      const tokens = await client.authorizationCodeGrant(config, back, {
        expectedState: secrets.state,
        expectedNonce: secrets.nonce,
        pkceCodeVerifier: secrets.codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims() as SignedClaims & { readonly iat: number };
      if (claims.iat > this.clock.now().getTime() / 1000 + clockToleranceSeconds)
        throw new ClockDiffers('The identity token was issued in the future.');
      const asks = metadata.userinfo_endpoint !== undefined && isIncomplete(claims, provider.groupsClaim);
      const info = asks ? await client.fetchUserInfo(config, tokens.access_token, claims.sub) : undefined;
      return identityOf(claims, info, provider.groupsClaim);
    } catch (error) {
      throw this.failed(error, provider, locale);
    }
  }

  /** Where to sign out of the provider; undefined when it knows no such place. */
  async signOutAddress(provider: Provider): Promise<string | undefined> {
    const { config, metadata } = await this.clients.of(provider);
    if (metadata.end_session_endpoint === undefined) return undefined;
    const { afterSignOut } = this.providers.addresses(provider.id);
    const client = await loadClient();
    return client.buildEndSessionUrl(config, { post_logout_redirect_uri: afterSignOut }).href;
  }

  /** Puts it into words for the person, and the whole into the log; what an administrator must look at, into the audit log. */
  private failed(error: unknown, provider: Provider, locale: string): PortalError {
    const problem = signInProblem(error, provider.name, this.messages, locale);
    if (problem.code === 'oidc-cancelled' || problem.code === 'oidc-attempt-over') return problem;
    this.log.warn('Somebody could not be signed in by a provider of OpenID Connect.', {
      provider: provider.name,
      code: problem.code,
      error,
    });
    this.events.occurred({ action: 'external-sign-in-failed', subject: provider.name, attribute: problem.code });
    return problem;
  }
}
