import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { clientId, closed, listen, providerId, type TestVisitor } from './support.js';

interface KeyOfProvider {
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** A provider that says what a test wants it to say, true or not. Nothing of it but this is real: it has no people and asks nobody. */
export interface LyingProvider {
  readonly issuer: string;
  /** What identity tokens say besides issuer, client, nonce and times; these too, when they are here. Undefined takes a claim away. */
  claims: Readonly<Record<string, unknown>>;
  /** What it answers about the person; undefined: there is no such address. */
  userInfo: Readonly<Record<string, unknown>> | undefined;
  /** Signs by a key that nobody knows. */
  signsWrong: boolean;
  /** What happens between a request for a token and the answer. */
  beforeToken: (() => Promise<void>) | undefined;
  /** Answers requests for tokens itself. */
  atToken: ((response: ServerResponse) => void) | undefined;
  /** Requests since the start, by path. */
  readonly asked: Map<string, number>;
  /** A token signed by the provider. @param header besides algorithm and key. */
  sign(payload: JWTPayload, header?: object): Promise<string>;
  /** The way back of somebody who pressed the button: the address that the provider would send the browser to. */
  back(visitor: TestVisitor, next?: string): Promise<string>;
  stop(): Promise<void>;
}

const now = (): number => Math.floor(Date.now() / 1000);

async function makeKey(kid: string): Promise<KeyOfProvider> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  return { privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
}

export async function startLyingProvider(portalUrl: string): Promise<LyingProvider> {
  const key = await makeKey('known');
  const unknown = await makeKey('known');
  let nonce = '';
  const server = createServer((request, response) => void answer(request, response));
  const issuer = await listen(server);
  const signed = (payload: JWTPayload, { privateKey }: KeyOfProvider, header: object = {}): Promise<string> =>
    new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'known', ...header }).sign(privateKey);
  const liar: LyingProvider = {
    issuer,
    claims: {},
    userInfo: undefined,
    signsWrong: false,
    beforeToken: undefined,
    atToken: undefined,
    asked: new Map(),
    sign: (payload, header) => signed(payload, key, header),
    back: async (visitor, next) => {
      const { searchParams } = new URL(await visitor.begin(next));
      nonce = searchParams.get('nonce') ?? '';
      const back = new URLSearchParams({ code: 'a-code', state: searchParams.get('state') ?? '', iss: issuer });
      return `${portalUrl}/sign-in/oidc/${providerId}/callback?${back}`;
    },
    stop: () => closed(server),
  };

  async function answer({ url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = ''] = url.split('?');
    liar.asked.set(path, (liar.asked.get(path) ?? 0) + 1);
    const json = (body: object): void => void response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    if (path === '/.well-known/openid-configuration') {
      json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/about`,
        end_session_endpoint: `${issuer}/end`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['ES256'],
      });
    } else if (path === '/keys') json({ keys: [key.publicJwk] });
    else if (path === '/about') json(liar.userInfo ?? { sub: liar.claims.sub });
    else if (path === '/token' && liar.atToken) liar.atToken(response);
    else if (path === '/token') {
      await liar.beforeToken?.();
      const said = { iss: issuer, aud: clientId, nonce, iat: now(), exp: now() + 300, ...liar.claims };
      const payload = JSON.parse(JSON.stringify(said)) as JWTPayload;
      const token = await signed(payload, liar.signsWrong ? unknown : key);
      json({ access_token: 'an-access-token', token_type: 'Bearer', expires_in: 300, id_token: token });
    } else response.writeHead(404).end();
  }

  return liar;
}
