import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import { HostAccessContexts, HostSessionCookie, Languages } from '../access/index.js';
import { type Addresses, DisposableStore, type Log, PortalError } from '../api/index.js';
import { ipaddr, Koa } from '../libraries/http.js';
import { localAddress } from '../util/index.js';
import { ApiCallers } from './api-callers.js';
import { compressAnswer } from './compression.js';
import { contextMethods } from './context-methods.js';
import type { Health, HttpDependencies } from './dependencies.js';
import { Dispatcher } from './dispatcher.js';
import { ErrorAnswers } from './error-answers.js';
import { ErrorBoundary } from './error-boundary.js';
import { type HostContext, References } from './exchange.js';
import { FlashCookie } from './flash.js';
import { defaultHttpLimits, type HttpLimits } from './http-config.js';
import { HttpModuleGate } from './http-module-gate.js';
import { PageStates } from './page-states.js';
import { RequestContextResolver } from './request-context-resolver.js';
import { RequestGuard } from './request-guard.js';
import { RouteTable } from './route-table.js';
import { SecurityHeaders } from './security-headers.js';

/**
 * Where a request comes from: the other end of the connection or, behind proxies of the deployment's own, what the outermost
 * of them saw. Each proxy appends to X-Forwarded-For, so only that many entries from the end can be believed; koa would take the first
 * entry of a shorter list. IPv4 that comes by an IPv6 socket is IPv4.
 */
function clientAddress(request: IncomingMessage, trustedProxies: number): string {
  const connection = plainAddress(request.socket.remoteAddress ?? '');
  if (trustedProxies === 0) return connection ?? '';
  const seen = String(request.headers['x-forwarded-for'] ?? '').split(',');
  return plainAddress(seen.at(-trustedProxies)?.trim() ?? '') ?? connection ?? '';
}

const plainAddresses = new Map<string, string | undefined>();
const mostAddresses = 1000;
/** What is longer is no address, and is not worth keeping. */
const longestAddress = 64;

/** Kept for addresses that came before: a browser comes with many requests. */
function plainAddress(text: string): string | undefined {
  if (text.length > longestAddress) return undefined;
  if (plainAddresses.has(text)) return plainAddresses.get(text);
  if (plainAddresses.size >= mostAddresses) plainAddresses.clear();
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text);
  const plain = isAddress ? ipaddr.process(text).toString() : undefined;
  plainAddresses.set(text, plain);
  return plain;
}

export interface HttpHost {
  readonly addresses: Addresses;
  /** The request listener, for a server of the caller's own. */
  callback(): (request: IncomingMessage, response: ServerResponse) => void;
  /** Resolves with the address once connections are taken. */
  listen(port: number, host: string): Promise<string>;
  /** Takes no more connections, lets running requests end for as long as the grace lasts, then cuts the rest off. */
  close(graceMillis: number): Promise<void>;
}

export function createHttpHost(dependencies: HttpDependencies): HttpHost {
  return new KoaHttpHost(dependencies);
}

type Next = () => Promise<void>;

class KoaHttpHost implements HttpHost {
  private readonly limits: HttpLimits;
  private readonly lifetime = new DisposableStore();
  private readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  private readonly log: Log;
  private server: Server | undefined;
  private readonly boundary: ErrorBoundary;
  readonly addresses: Addresses;
  /** Answers that go on until somebody ends them; without an end of ours they would hold a stop up. */
  private readonly streams = new Map<ServerResponse, unknown>();

  constructor(dependencies: HttpDependencies) {
    const { config, gate, sessions, sites, views, messages, log, clock } = dependencies;
    this.log = log;
    this.limits = { ...defaultHttpLimits, ...config.limits };
    const headers = new SecurityHeaders(config.publicUrl);
    const flash = new FlashCookie(config.publicUrl);
    const { locales = ['en'] } = config;
    const { languages = new Languages(undefined, { languages: () => locales, pseudoLocales: [] }) } = dependencies;
    const contexts = new HostAccessContexts(dependencies.accessControl, languages);
    const pages = new PageStates(headers, flash, contexts, clock);
    const { routes, prefixesOf, reservedFor, changeOf } = dependencies;
    const table = new RouteTable(routes, messages, log, this.lifetime, prefixesOf, reservedFor, config.strictAnswers);
    this.addresses = table;
    const errors = new ErrorAnswers(
      views,
      messages,
      log,
      headers,
      pages,
      (access) => (access.site?.audience ? access.isAmong(access.site.audience) : true) && table.opensFrontPage(access),
      changeOf,
    );
    const checkRedirect = localRedirects(config.publicUrl);
    this.boundary = new ErrorBoundary(
      new References(clock.now()),
      headers,
      errors,
      checkRedirect,
      this.limits,
      log,
      clock,
      dependencies.securityEvents,
    );
    const guard = new RequestGuard(config, this.limits.headerPairs);
    const moduleGate = new HttpModuleGate(gate);
    const cookie = new HostSessionCookie(config.publicUrl);
    const visitor = new RequestContextResolver(sessions, sites, contexts, cookie, moduleGate, dependencies.providerOf, languages);
    const callers = new ApiCallers(dependencies.apiTokens, contexts);
    const dispatcher = new Dispatcher(visitor, table, moduleGate, guard, sessions, callers, this.limits);

    const app = new Koa();
    // Defined, not assigned: koa's own `url` has a setter, which an assignment would call.
    Object.defineProperties(app.context, Object.getOwnPropertyDescriptors(contextMethods(views, pages, flash, config.publicUrl)));
    // What people use, whatever a proxy in front speaks with us; cookies ask for it.
    const protocol = new URL(config.publicUrl).protocol.slice(0, -1);
    Object.defineProperty(app.request, 'protocol', { get: () => protocol });
    app.on('error', this.boundary.onLateError);
    const use = (middleware: (ctx: HostContext, next: Next) => Promise<void> | void): void => {
      app.use(middleware as unknown as Koa.Middleware);
    };
    use(async (ctx, next) => {
      await next();
      await compressAnswer(ctx);
    });
    use(this.boundary.middleware);
    use((ctx, next) => {
      ctx.exchange.address = ctx.request.ip = clientAddress(ctx.req, config.trustedProxies ?? 0);
      guard.checkForm(ctx.req);
      // A probe knows an address, not a name: it is answered whatever host it asks for, or none.
      if (answerHealth(ctx, dependencies.health)) return;
      guard.check(ctx.req);
      return next();
    });
    app.use(dependencies.assets.middleware);
    if (dependencies.development) app.use(dependencies.development);
    use(async (ctx) => {
      await dispatcher.middleware(ctx);
      if (ctx.response.type === 'text/event-stream') this.follow(ctx.res, ctx.body);
    });
    this.handle = app.callback();
  }

  callback(): (request: IncomingMessage, response: ServerResponse) => void {
    return this.handle;
  }

  async listen(port: number, host: string): Promise<string> {
    const server = createServer(
      {
        headersTimeout: this.limits.headerMillis,
        // Uploads may take as long as they move: the idle time of a body is limited instead.
        requestTimeout: 0,
        keepAliveTimeout: this.limits.keepAliveMillis,
        connectionsCheckingInterval: Math.min(this.limits.headerMillis, 5000),
      },
      this.handle,
    );
    // Surplus headers are refused by the guard; the server would drop them without a word.
    server.maxHeadersCount = 0;
    server.timeout = this.limits.connectionIdleMillis;
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, port, host)));
      server.listen(port, host, () => {
        server.removeAllListeners('error');
        resolve();
      });
    });
    // Without a listener, a connection that could not be accepted (no file descriptors left) would end the process.
    server.on('error', (error) => this.log.error('A connection could not be taken.', { error }));
    const address = server.address() as AddressInfo;
    return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
  }

  private follow(response: ServerResponse, body: unknown): void {
    this.streams.set(response, body);
    response.once('close', () => this.streams.delete(response));
  }

  /** Brings answers without an end to theirs, so that nobody takes them for cut off; one that cannot be ended is. */
  private endStreams(): void {
    for (const [response, body] of this.streams) {
      if (!(body instanceof Duplex)) {
        response.destroy();
        continue;
      }
      const { socket } = response;
      response.once('finish', () => socket?.destroySoon());
      body.end();
    }
  }

  async close(graceMillis: number): Promise<void> {
    this.boundary.closing = true;
    const released = this.lifetime.dispose();
    const { server } = this;
    this.server = undefined;
    if (!server) return released;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    this.endStreams();
    server.closeIdleConnections();
    const timer = setTimeout(() => server.closeAllConnections(), graceMillis);
    await closed;
    clearTimeout(timer);
    await released;
  }
}

function cannotListen(cause: NodeJS.ErrnoException, port: number, host: string): PortalError {
  const sentence =
    cause.code === 'EADDRINUSE'
      ? `Another program uses the port ${port} of ${host}. Stop it, or set PORT to a free one.`
      : cause.code === 'EACCES'
        ? `This process may not listen at the port ${port}. Set PORT to one from 1024 up.`
        : `This machine cannot listen at ${host} (${cause.code}). Set HOST to one of its addresses, for example 127.0.0.1.`;
  return new PortalError('cannot-listen', sentence, { status: 503, expose: false, cause });
}

/** One word and a status: anybody may ask, so nothing is told that a stranger could use. The reasons are for the log and `portico doctor`. */
function answerHealth(ctx: HostContext, health: Health): boolean {
  const [path] = (ctx.req.url ?? '').split('?');
  if (path !== '/health/live' && path !== '/health/ready') return false;
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD')
    throw new PortalError('method-not-allowed', 'This method is not allowed here.', {
      status: 405,
      details: { allow: 'GET, HEAD' },
    });
  ctx.set('Cache-Control', 'no-store');
  if (path === '/health/live') answerState(ctx, health.live(), health.live() ? 'live' : 'not-live');
  else {
    const state = health.ready();
    answerState(ctx, state !== 'not-ready', state);
  }
  return true;
}

function answerState(ctx: HostContext, isFine: boolean, status: string): void {
  ctx.status = isFine ? 200 : 503;
  ctx.body = { status };
}

/** Redirects stay on the portal, whoever asks for them. */
function localRedirects(publicUrl: string): (location: string) => void {
  const own = `${publicUrl}/`;
  return (location) => {
    if (localAddress(location) !== undefined || location.startsWith(own)) return;
    throw new PortalError('redirect-refused', 'A redirect would have led away from this portal.');
  };
}
