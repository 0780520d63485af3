import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestPortal } from '@portico/core/testing';
import { Provider } from 'oidc-provider';

export const clientId = 'portico';
export const clientSecret = 'a secret that only the two of them know';

/** Of a provider in these tests; its addresses at the portal are known before the portal is. */
export const providerId = '0193a1b2-0000-7000-8000-00000000001d';

export interface Person {
  readonly email?: string;
  readonly email_verified?: unknown;
  readonly name?: string;
  readonly groups?: unknown;
}

/** A real provider on this machine, whose people are what a test says. */
export interface TestProvider {
  readonly issuer: string;
  readonly people: Map<string, Person>;
  stop(): Promise<void>;
}

export async function startProvider(portalUrl: string, more: object = {}): Promise<TestProvider> {
  const server = createServer();
  const issuer = await listen(server);
  const people = new Map<string, Person>();
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [`${portalUrl}/sign-in/oidc/${providerId}/callback`],
        post_logout_redirect_uris: [`${portalUrl}/sign-in`],
        backchannel_logout_uri: `${portalUrl}/sign-in/oidc/${providerId}/back-channel-logout`,
        backchannel_logout_session_required: true,
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    scopes: ['openid', 'email', 'profile', 'groups'],
    features: { backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    cookies: { keys: ['of the tests'] },
    // By its own it does not speak to this machine, where the portal is.
    fetch: (url: string, { dispatcher: _, ...options }: RequestInit & { dispatcher?: unknown }) => fetch(url, options),
    findAccount: (_ctx: unknown, sub: string) => ({
      accountId: sub,
      claims: () => Promise.resolve({ sub, ...people.get(sub) }),
    }),
    ...more,
  } as never);
  server.on('request', provider.callback());
  return { issuer, people, stop: () => closed(server) };
}

export async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** Somebody's browser without scripts: it keeps the cookies of each place, and follows where it is led. */
export class TestVisitor {
  private readonly jars = new Map<string, Map<string, string>>();

  constructor(private readonly portal: TestPortal) {}

  async send(address: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address, this.portal.url);
    const jar = this.jarOf(url);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { accept: 'text/html', ...(init.headers as Record<string, string>), ...(cookie === '' ? {} : { cookie }) };
    const answer = await fetch(url, { ...init, redirect: 'manual', headers });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  post(address: string, fields: Readonly<Record<string, string>> = {}): Promise<Response> {
    const url = new URL(address, this.portal.url);
    return this.send(url.href, { method: 'POST', body: new URLSearchParams(fields), headers: { origin: url.origin } });
  }

  /** Posts a form of the portal with the token of the session. */
  async change(path: string, fields: Readonly<Record<string, string>> = {}): Promise<Response> {
    const page = await (await this.send('/account')).text();
    const [, csrf = ''] = /<meta name="portico-csrf" content="([^"]+)"/.exec(page) ?? [];
    return this.post(path, { ...fields, csrf });
  }

  /** Presses the button of the provider. Answers where the page leads. */
  async begin(next?: string, id = providerId): Promise<string> {
    const answer = await this.post(`/sign-in/oidc/${id}`, next === undefined ? {} : { next });
    return leadsTo(answer);
  }

  /** Signs in at the provider. Answers the address at which the browser comes back to the portal. */
  async authenticate(address: string, sub: string): Promise<string> {
    let at = address;
    for (let step = 0; step < 15; step += 1) {
      if (new URL(at).origin === this.portal.url) return at;
      let answer = await this.send(at);
      if (answer.status === 200) {
        const [, prompt = ''] = /name="prompt" value="(\w+)"/.exec(await answer.text()) ?? [];
        answer = await this.post(at, { prompt, login: sub, password: 'any' });
      }
      const location = answer.headers.get('location');
      if (location === null) throw new Error(`The provider stopped at ${at} with ${answer.status}.`);
      at = new URL(location, at).href;
    }
    throw new Error('The provider does not end.');
  }

  /** Signs in by the provider, all the way. */
  async signIn(sub: string, next?: string): Promise<Response> {
    return this.send(await this.authenticate(await this.begin(next), sub));
  }

  /** The address of the account that is signed in; undefined when nobody is. */
  async account(): Promise<string | undefined> {
    const answer = await this.send('/account');
    if (answer.status !== 200) return undefined;
    const page = (await answer.text()).replaceAll('<wbr>', '');
    return /[\w.+-]+@[\w-]+\.[\w.-]*\w/.exec(page)?.[0];
  }

  /** What a page says to the person when something went wrong. */
  static async alert(answer: Response): Promise<string> {
    const [, said = ''] = /role="alert"[^>]*>([\s\S]*?)<\/div>\s*<\/div>/.exec(await answer.text()) ?? [];
    return said
      .replace(/<svg[\s\S]*?<\/svg>/g, '')
      .replace(/<[^>]+>/g, ' ')
      .replaceAll('&#x27;', "'")
      .replace(/\s+/g, ' ')
      .trim();
  }

  private jarOf({ host }: URL): Map<string, string> {
    const jar = this.jars.get(host) ?? new Map<string, string>();
    this.jars.set(host, jar);
    return jar;
  }
}

export function leadsTo(answer: Response): string {
  const [, address] = /^0; url=(.+)$/.exec(answer.headers.get('refresh') ?? '') ?? [];
  if (address === undefined) throw new Error(`${answer.url} answered ${answer.status} and leads nowhere.`);
  return address;
}

/** Adds a provider on its screen, as an administrator does. */
export async function addProvider(
  portal: TestPortal,
  issuer: string,
  more: Readonly<Record<string, string | readonly string[]>> = {},
): Promise<void> {
  const administrator = await portal.signIn();
  const answer = await portal.post(administrator, '/oidc/providers/new', {
    id: providerId,
    name: 'Example Org',
    issuer,
    clientId,
    clientSecret,
    scopes: 'openid email profile groups',
    groupsClaim: 'groups',
    addsPeople: 'true',
    ...more,
  });
  if (answer.status !== 303) throw new Error(`The provider was not added: ${answer.status} ${answer.text}`);
}

/** Changes the provider on its screen. */
export async function changeProvider(
  portal: TestPortal,
  issuer: string,
  more: Readonly<Record<string, string | readonly string[] | undefined>>,
): Promise<void> {
  const administrator = await portal.signIn();
  const fields = {
    name: 'Example Org',
    issuer,
    clientId,
    scopes: 'openid email profile groups',
    groupsClaim: 'groups',
    addsPeople: 'true',
    ...more,
  };
  const answer = await portal.post(administrator, `/oidc/providers/${providerId}`, fields);
  if (answer.status !== 303) throw new Error(`The provider was not changed: ${answer.status} ${answer.text}`);
}
