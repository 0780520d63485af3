import { Clock, inject, injectable } from '@portico/core';
import type { createRemoteJWKSet } from 'jose';
import type * as openidClient from 'openid-client';
import { guardedFetch, isAllowed, timeoutSeconds } from './guarded-fetch.js';
import { type Provider, Providers } from './providers.js';

/** How far the clocks of portal and provider may differ, in seconds. */
export const clockToleranceSeconds = 60;
const cacheMillis = 60 * 60_000;
const keysMillis = 10 * 60_000;
const keyCooldownMillis = 30_000;

/** Loaded with the first provider that is asked, not with every start. */
export const loadClient = (): Promise<typeof openidClient> => import('openid-client');
export const loadJose = (): Promise<typeof import('jose')> => import('jose');

/** A provider that answered. */
export interface ProviderClient {
  readonly config: openidClient.Configuration;
  readonly metadata: Readonly<openidClient.ServerMetadata>;
  /** Keys by which its tokens are checked; asked for again when one is not there, every half minute at most. */
  readonly keys: ReturnType<typeof createRemoteJWKSet>;
}

/** What is needed to ask a provider what it is: also of one that is not stored yet. */
export type DiscoverableProvider = Pick<Provider, 'issuer' | 'clientId'>;

/**
 * Asks a provider what it is, where its addresses are and what its keys are.
 * @throws whatever went wrong, as the library says it: `ProviderProblems` puts it into words.
 */
export async function discover(
  { issuer, clientId }: DiscoverableProvider,
  secret: string | undefined,
  skewSeconds: number,
): Promise<ProviderClient> {
  const client = await loadClient();
  const jose = await loadJose();
  const url = new URL(issuer);
  const fetch = guardedFetch(url);
  const isInsecure = url.protocol === 'http:';
  const ask: openidClient.CustomFetch = (address, init) => fetch(address, init as RequestInit);
  const options: openidClient.DiscoveryRequestOptions = {
    timeout: timeoutSeconds,
    [client.customFetch]: ask,
    ...(isInsecure ? { execute: [client.allowInsecureRequests] } : {}),
  };
  const metadata = { [client.clockTolerance]: clockToleranceSeconds, [client.clockSkew]: skewSeconds };
  const found = await client.discovery(url, clientId, metadata, client.None(), options);
  const server = found.serverMetadata();
  const config = new client.Configuration(server, clientId, metadata, authentication(client, server, secret));
  config.timeout = timeoutSeconds;
  config[client.customFetch] = ask;
  if (isInsecure) client.allowInsecureRequests(config);
  // The library trusts a token that came straight from the provider without a look at its signature, unless it is told not to.
  client.enableNonRepudiationChecks(config);
  checkAddresses(server, url);
  const keys = jose.createRemoteJWKSet(new URL(server.jwks_uri as string), {
    [jose.customFetch]: (address, init) => fetch(address, init as RequestInit),
    timeoutDuration: timeoutSeconds * 1000,
    cacheMaxAge: keysMillis,
    cooldownDuration: keyCooldownMillis,
  });
  return { config, metadata: server, keys };
}

/** What a provider lacks that cannot be done without, or what it has at an address that is not allowed. */
export class MetadataUnfit extends Error {
  constructor(readonly field: string) {
    super(`The provider says nothing usable about ${field}.`);
  }
}

function checkAddresses(server: Readonly<openidClient.ServerMetadata>, issuer: URL): void {
  for (const field of ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const) {
    const address = server[field];
    if (address === undefined || !URL.canParse(address) || !isAllowed(new URL(address), issuer)) throw new MetadataUnfit(field);
  }
}

/** As the provider says that it takes it; the specification's default is HTTP Basic. */
function authentication(
  client: typeof openidClient,
  server: Readonly<openidClient.ServerMetadata>,
  secret: string | undefined,
): openidClient.ClientAuth {
  if (secret === undefined) return client.None();
  const methods = server.token_endpoint_auth_methods_supported;
  if (methods === undefined || methods.includes('client_secret_basic')) return client.ClientSecretBasic(secret);
  return client.ClientSecretPost(secret);
}

interface Kept {
  readonly client: Promise<ProviderClient>;
  readonly until: number;
}

/** What is known of each provider, for an hour; a failure is not remembered. Several who ask at once wait for one question. */
@injectable()
export class ProviderClients {
  /** By the provider as it is: each change makes another one of it, of which nothing is known yet. */
  private readonly kept = new WeakMap<Provider, Kept>();

  constructor(
    @inject(Providers) private readonly providers: Providers,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  of(provider: Provider): Promise<ProviderClient> {
    const now = this.clock.now().getTime();
    const known = this.kept.get(provider);
    if (known && known.until > now) return known.client;
    const found = discover(provider, this.providers.clientSecret(provider.id), this.skewSeconds());
    const kept = { client: found, until: now + cacheMillis };
    this.kept.set(provider, kept);
    found.catch(() => {
      if (this.kept.get(provider) === kept) this.kept.delete(provider);
    });
    return found;
  }

  /** How far the portal's clock is from the machine's, by which the library reads times. */
  skewSeconds(): number {
    return Math.round((this.clock.now().getTime() - Date.now()) / 1000);
  }
}
