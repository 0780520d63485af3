import { execFile as execFileWithCallback } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ImageRequest, type ProviderAnswer, ProviderError } from '@portico/ai-providers/api';
import { createImagesSandbox, type ImagesSandbox, sandboxKey } from '@portico/ai-sandbox/api';
import { expect } from 'chai';
import { OpenAiImageProvider } from '../services/openai-image-provider.js';
import { OpenAiConfig } from '../services/openai-settings.js';
import { openai } from '../services/profiles/openai.js';

const execFile = promisify(execFileWithCallback);

/** Signed by itself, for 127.0.0.1 and images.example; made for this test and used nowhere else. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBxDCCAWqgAwIBAgIUARfSJ4ZksrPoctlyfUR8la//G7EwCgYIKoZIzj0EAwIw
JjEkMCIGA1UEAwwbbm9ib2R5IGtub3dzIHRoaXMgYXV0aG9yaXR5MCAXDTI2MTEz
MDAyNDIyMFoYDzIxMjYxMTA2MDI0MjIwWjAmMSQwIgYDVQQDDBtub2JvZHkga25v
d3MgdGhpcyBhdXRob3JpdHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQWAdG/
EPsf0eafXOiwoFvqRv7vsxGlZ27pku1lCLU3m008/qHGI3wnC/L7AMr5wd/+CJI2
SLgpDO1V5cESSe+no3QwcjAdBgNVHQ4EFgQU++sfK1dBE8NDY9/VpU0YeEz+684w
HwYDVR0jBBgwFoAU++sfK1dBE8NDY9/VpU0YeEz+684wDwYDVR0TAQH/BAUwAwEB
/zAfBgNVHREEGDAWhwR/AAABgg5pbWFnZXMuZXhhbXBsZTAKBggqhkjOPQQDAgNI
ADBFAiAKTnzUCKTibVztaR20sUS/47gCQZKPEIJ0XWX81B2ezQIhAJZyuAT7m3lK
AJwqnyvdvd5XDwI15kVqiFb6GaAsVwl4
-----END CERTIFICATE-----`;
const certificateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvf/vcygwsW9qrK6V
EQCXj6/1A/1GdJ9OJZ7nh+FWj8ehRANCAAQWAdG/EPsf0eafXOiwoFvqRv7vsxGl
Z27pku1lCLU3m008/qHGI3wnC/L7AMr5wd/+CJI2SLgpDO1V5cESSe+n
-----END PRIVATE KEY-----`;

/** Signed by itself too, for localhost and proxy.example. */
const proxyCertificate = `-----BEGIN CERTIFICATE-----
MIIBuTCCAV6gAwIBAgIUARTBarxJmX8ozcmVy/RcZnNWoS0wCgYIKoZIzj0EAwIw
HjEcMBoGA1UEAwwTdGhlIG5hbWUgb2YgYSBwcm94eTAgFw0yNjExMzAwNzI4MDZa
GA8yMTI1MDYyNDA3MjgwNlowHjEcMBoGA1UEAwwTdGhlIG5hbWUgb2YgYSBwcm94
eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAOnlYVfrLCAc1UZllO6rl0dLF8L
hAuoXJXcuQyVfzzSQjlNW4qc/fFcgTA8uqy+2Qbu2wzoszpxmSgNhGQfqGCjeDB2
MB0GA1UdDgQWBBSWxlbBUtbOaxH6m7b52CWuHL7p3zAfBgNVHSMEGDAWgBSWxlbB
UtbOaxH6m7b52CWuHL7p3zAPBgNVHRMBAf8EBTADAQH/MCMGA1UdEQQcMBqCCWxv
Y2FsaG9zdIINcHJveHkuZXhhbXBsZTAKBggqhkjOPQQDAgNJADBGAiEA7hsCiGUz
Lj/QJjQ1IrlIZYx60laZk2IwjGxDDZAxAAECIQCDT6/xwCbLs9qTQuqdJY/9pOWU
QZd8qJGOCR8NZ3Owdw==
-----END CERTIFICATE-----`;
const proxyCertificateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgVw3IgR28uskk1Lnf
XHEbd9cvYIeueOFCvilZcO8kYsOhRANCAAQDp5WFX6ywgHNVGZZTuq5dHSxfC4QL
qFyV3LkMlX880kI5TVuKnP3xXIEwPLqsvtkG7tsM6LM6cZkoDYRkH6hg
-----END PRIVATE KEY-----`;

/** A proxy as networks have one: it makes tunnels, or hands on requests for http, and asks for a name when it is told to. */
interface TestProxy {
  readonly url: string;
  /** What it was asked for, one line each. */
  readonly asked: string[];
  /** The header `Connection` of each request that was handed to it itself. */
  readonly connections: (string | undefined)[];
  close(): Promise<void>;
}

interface ProxyOptions {
  readonly tunnels?: boolean;
  readonly credentials?: string;
  /** Status with which it refuses. */
  readonly refuses?: number;
  /** Where names that only it knows lead. */
  readonly names?: Readonly<Record<string, number>>;
}

async function startProxy({ tunnels = true, credentials, refuses, names = {} }: ProxyOptions = {}): Promise<TestProxy> {
  const asked: string[] = [];
  const connections: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const isWelcome = ({ headers }: IncomingMessage): boolean =>
    credentials === undefined || headers['proxy-authorization'] === `Basic ${Buffer.from(credentials).toString('base64')}`;
  const portOf = (host: string, port: string): number => names[host] ?? Number(port);
  const server = createHttpServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    connections.push(request.headers.connection);
    const { hostname, port, pathname, search } = new URL(request.url ?? '');
    const { 'proxy-authorization': _, ...headers } = request.headers;
    const onward = httpRequest(
      { host: '127.0.0.1', port: portOf(hostname, port), method: request.method, path: pathname + search, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  });
  if (tunnels)
    server.on('connect', (request, socket: Socket) => {
      asked.push(`CONNECT ${request.url}`);
      sockets.add(socket);
      const status = refuses ?? (isWelcome(request) ? 200 : 407);
      if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      const [host = '', port = ''] = (request.url ?? '').split(':');
      const onward = connect(portOf(host, port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      for (const [one, other] of [
        [onward, socket],
        [socket, onward],
      ] as const)
        one.on('error', () => other.destroy());
      sockets.add(onward);
    });
  await listen(server);
  return {
    url: `http://${credentials ? `${credentials}@` : ''}127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    connections,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const listen = (server: Server): Promise<void> => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const providerAt = (baseUrl: string, outboundProxy: string | undefined): OpenAiImageProvider =>
  new OpenAiImageProvider(
    new OpenAiConfig({
      mode: 'test',
      publicUrl: 'http://localhost',
      home: '/nowhere',
      module: (id) => (id === 'ai-openai' ? { baseUrl, ...(outboundProxy && { outboundProxy }) } : undefined),
      variables: () => ({}),
    }),
    openai,
  );

const order: ImageRequest = {
  prompt: 'a lighthouse at dusk',
  size: '512x512',
  count: 1,
  model: 'gpt-image-2.6-flare',
  quality: 'low',
  personHash: 'f00d',
  key: sandboxKey,
  get signal() {
    return AbortSignal.timeout(60_000);
  },
};
const failure = (asked: Promise<ProviderAnswer>): Promise<ProviderError> =>
  asked.then(
    () => expect.fail('It did not fail.'),
    (error: unknown) => {
      expect(error).to.be.instanceOf(ProviderError);
      return error as ProviderError;
    },
  );

describe('an outbound proxy', () => {
  let sandbox: ImagesSandbox;
  const open: { close(): Promise<void> }[] = [];
  const proxyWith = async (options?: ProxyOptions): Promise<TestProxy> => {
    const proxy = await startProxy(options);
    open.push(proxy);
    return proxy;
  };
  const port = (): number => Number(new URL(sandbox.url).port);
  before(async () => {
    sandbox = await createImagesSandbox();
  });
  beforeEach(() => sandbox.reset());
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });
  after(() => sandbox.close());

  it('is the way of every request, also to names that only it knows', async () => {
    const proxy = await proxyWith({ names: { 'images.example': port() } });
    const provider = providerAt('http://images.example:8080/v1', proxy.url);
    expect((await provider.generate(order)).images).to.have.length(1);
    expect((await provider.models({ key: sandboxKey, signal: order.signal })).length).to.be.greaterThan(0);
    expect(proxy.asked).to.deep.equal(['CONNECT images.example:8080', 'CONNECT images.example:8080']);
    expect(sandbox.requests.map(({ method, headers }) => [method, headers.host])).to.deep.equal([
      ['POST', 'images.example:8080'],
      ['GET', 'images.example:8080'],
    ]);
  });

  it('is told its name and password, and the service is not', async () => {
    const proxy = await proxyWith({ credentials: 'portal:letmeout' });
    expect((await providerAt(sandbox.url, proxy.url).generate(order)).images).to.have.length(1);
    expect(JSON.stringify(sandbox.requests)).to.not.contain('proxy-authorization');
    const refused = await failure(providerAt(sandbox.url, proxy.url.replace('letmeout', 'wrong')).generate(order));
    expect([refused.code, refused.maybeCharged]).to.deep.equal(['access-denied', false]);
    expect(refused.message).to.contain('PORTICO_OUTBOUND_PROXY').and.to.contain('407').and.to.not.contain('wrong');
    expect(sandbox.generations).to.have.length(1);
  });

  it('that makes no tunnels for http is handed the request itself, once', async () => {
    const proxy = await proxyWith({ tunnels: false });
    expect((await providerAt(sandbox.url, proxy.url).generate(order)).images).to.have.length(1);
    expect(proxy.asked).to.deep.equal([`POST ${sandbox.url}/images/generations`]);
    expect(sandbox.generations).to.have.length(1);
    await providerAt(sandbox.url, proxy.url).generate(order);
    expect(proxy.connections, 'a connection is used once').to.deep.equal(['close', 'close']);
  });

  it('has a name and a password that can be decoded, or the portal says so before anything is ordered', async () => {
    const credentials = 'portal:50%&more';
    const proxy = await proxyWith({ credentials });
    const at = proxy.url.replace(credentials, 'portal:50%25&more');
    expect((await providerAt(sandbox.url, at).generate(order)).images).to.have.length(1);
    for (const wrong of ['portal:50%&more', 'p%rtal:fifty', 'portal:%ff'])
      expect(() => providerAt(sandbox.url, proxy.url.replace(credentials, wrong)), wrong)
        .to.throw('In the name and the password of a proxy, % is written as %25.')
        .and.to.include({ code: 'configuration-invalid' });
  });

  it('that is not there, or refuses, costs nothing and is named', async () => {
    const gone = await startProxy();
    await gone.close();
    const missing = await failure(providerAt('https://images.example/v1', gone.url).generate(order));
    expect([missing.code, missing.maybeCharged]).to.deep.equal(['connection-error', false]);
    expect(missing.message).to.contain('PORTICO_OUTBOUND_PROXY').and.to.contain('ECONNREFUSED');
    const strict = await proxyWith({ refuses: 403 });
    const refused = await failure(providerAt('https://images.example/v1', strict.url).generate(order));
    expect([refused.code, refused.maybeCharged]).to.deep.equal(['access-denied', false]);
    expect(refused.message).to.contain('images.example:443').and.to.contain('403');
  });

  it('is passed by nobody: other variables say nothing, and no request goes elsewhere', async () => {
    const before = process.env.HTTPS_PROXY;
    process.env.HTTPS_PROXY = 'http://127.0.0.1:9';
    try {
      expect((await providerAt(sandbox.url, undefined).generate(order)).images).to.have.length(1);
    } finally {
      if (before === undefined) delete process.env.HTTPS_PROXY;
      else process.env.HTTPS_PROXY = before;
    }
  });

  /** What a portal whose Node.js knows an authority brings from a service at 127.0.0.1, reached through a proxy with a name. */
  async function broughtThrough(authority: string, identity: { readonly cert: string; readonly key: string }): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'portico-authority-'));
    const server = createHttpsServer(identity, (request, response) => {
      const image = Buffer.from('an image').toString('base64');
      request.resume().on('end', () => response.end(JSON.stringify({ data: [{ b64_json: image }] })));
    });
    await listen(server);
    try {
      const proxy = (await proxyWith()).url.replace('127.0.0.1', 'localhost');
      const file = join(folder, 'authority.pem');
      await writeFile(file, authority);
      const services = new URL('../services/', import.meta.url);
      const section = { baseUrl: `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, outboundProxy: proxy };
      const program = `
        const { OpenAiImageProvider } = await import('${new URL('openai-image-provider.js', services)}');
        const { OpenAiConfig } = await import('${new URL('openai-settings.js', services)}');
        const { openai } = await import('${new URL('profiles/openai.js', services)}');
        const module = (id) => (id === 'ai-openai' ? ${JSON.stringify(section)} : undefined);
        const provider = new OpenAiImageProvider(new OpenAiConfig({ module }), openai);
        const order = { ...${JSON.stringify(order)}, signal: AbortSignal.timeout(20_000) };
        await provider.generate(order).then(
          ({ images }) => console.log(Buffer.from(images[0].bytes).toString()),
          ({ code, message }) => console.log(code, message),
        );
        process.exit();`;
      const { stdout } = await execFile(process.execPath, ['--input-type=module', '-e', program], {
        env: { ...process.env, NODE_EXTRA_CA_CERTS: file },
      });
      return stdout.trim();
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    }
  }

  it('leaves the certificate of a service at an address to be checked against that address', async () => {
    const said = await broughtThrough(certificate, { cert: certificate, key: certificateKey });
    expect(said).to.equal('an image');
  });

  it('cannot stand for the service with a certificate of its own name', async () => {
    const said = await broughtThrough(proxyCertificate, { cert: proxyCertificate, key: proxyCertificateKey });
    expect(said).to.match(/^untrusted-certificate .*ERR_TLS_CERT_ALTNAME_INVALID/);
  });

  for (const way of ['directly', 'through a proxy'] as const) {
    it(`does not trust a certificate of an authority that is not known, reached ${way}, and sends nothing`, async () => {
      let requests = 0;
      const server = createHttpsServer({ cert: certificate, key: certificateKey }, (_, response) => {
        requests += 1;
        response.end('{}');
      });
      await listen(server);
      open.push({
        close: async () => {
          server.closeAllConnections();
          await new Promise((resolve) => server.close(resolve));
        },
      });
      const proxy = way === 'directly' ? undefined : (await proxyWith()).url;
      const { port } = server.address() as AddressInfo;
      const error = await failure(providerAt(`https://127.0.0.1:${port}/v1`, proxy).generate(order));
      expect([error.code, error.maybeCharged, requests]).to.deep.equal(['untrusted-certificate', false, 0]);
      expect(error.message).to.contain('DEPTH_ZERO_SELF_SIGNED_CERT');
    });
  }
});
