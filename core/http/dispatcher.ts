import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import {
  notFound,
  PortalError,
  type RouteAccess,
  type RouteDeclaration,
  type ServiceHandle,
  type Sessions,
} from '../api/index.js';
import { runInModule } from '../kernel/index.js';
import { scopeRefusal } from '../util/index.js';
import { eventStream, isJsonBody } from './answer.js';
import type { ApiCallers } from './api-callers.js';
import { readBody } from './body.js';
import { tokenOf } from './challenge.js';
import { changesState, checkToken, otherOrigin, writtenAtOf } from './csrf.js';
import { wantsHtml } from './error-answers.js';
import { type HostContext, isFragment } from './exchange.js';
import type { HttpLimits } from './http-config.js';
import { type HttpModuleGate, RequestLease } from './http-module-gate.js';
import { queryOf } from './input.js';
import { hasBody } from './lingering.js';
import type { Route } from './mount.js';
import { MultipartReader } from './multipart.js';
import type { RequestContextResolver, RequestTarget } from './request-context-resolver.js';
import type { RequestGuard } from './request-guard.js';
import type { Found, RouteTable } from './route-table.js';

const signInPage = '/sign-in';

/**
 * Whether the person may call the route; throws otherwise. Guests are sent to sign in and come back afterwards.
 * @returns false when the answer has been given already.
 */
function admit(ctx: HostContext, access: RouteAccess, sessionsPresent: boolean): boolean {
  if (access === 'public') return true;
  const allowed = access === 'signed-in' ? ctx.session !== undefined : ctx.access.can(access.permission);
  if (allowed) return true;
  if (ctx.exchange.caller && typeof access === 'object') {
    const refusal = scopeRefusal(ctx.access, access.permission);
    if (refusal) throw refusal;
  }
  if (ctx.exchange.caller || (ctx.session && sessionsPresent)) {
    // What a person may not see is not there; what they may not do is refused.
    ctx.exchange.isDenied = true;
    if (!changesState(ctx.method)) throw notFound();
    throw new PortalError('forbidden', 'You may not do this here.', { status: 403 });
  }
  if (ctx.exchange.cookie !== undefined && !sessionsPresent) {
    throw new PortalError('module-unavailable', 'Signing in is not available right now. Try again in a moment.', {
      status: 503,
      expose: true,
      retryAfter: 5,
    });
  }
  // A script would follow the redirect and show the sign-in page inside of a dialog.
  if (!changesState(ctx.method) && !isFragment(ctx) && wantsHtml(ctx)) {
    ctx.redirect(`${signInPage}?next=${encodeURIComponent(ctx.originalUrl)}`);
    ctx.status = 303;
    return false;
  }
  throw new PortalError('sign-in-required', 'Sign in to do this.', { status: 401 });
}

function archived(): PortalError {
  const sentence = 'This site is archived: it can be read, and not changed. Who manages sites can restore it.';
  return new PortalError('site-archived', sentence, { status: 409 });
}

/** The core's own routes have no gate: they are there as long as the portal is. */
const coreModule = 'core';

/** The one stable middleware behind which modules come and go. */
export class Dispatcher {
  constructor(
    private readonly resolver: RequestContextResolver,
    private readonly table: RouteTable,
    private readonly gate: HttpModuleGate,
    private readonly guard: RequestGuard,
    private readonly sessions: ServiceHandle<Sessions>,
    private readonly callers: ApiCallers,
    private readonly limits: HttpLimits,
  ) {}

  readonly middleware = async (ctx: HostContext): Promise<void> => {
    this.resolver.recognise(ctx);
    if (changesState(ctx.method) && !this.guard.isSameOrigin(ctx.req, ctx.exchange.cookie !== undefined)) throw otherOrigin();
    const located = this.resolver.locate(ctx);
    const target = located instanceof Promise ? await located : located;
    const owner = this.table.ownerOf(target);
    const module = owner ?? target.segment;
    ctx.exchange.module = owner;
    if (module === '') throw notFound();
    if (module === coreModule) return this.serve(ctx, target);
    const entered = this.gate.enter(module);
    const lease = new RequestLease(entered instanceof Promise ? await entered : entered, ctx.res);
    try {
      // While the request waited, the module may have come back with routes of its own making, and so may the session.
      const lost = ctx.session === undefined && ctx.exchange.cookie !== undefined;
      await this.serve(ctx, lost ? await this.resolver.lookAgain(ctx) : target, module);
    } finally {
      lease.handlerReturned();
    }
  };

  private async serve(ctx: HostContext, target: RequestTarget, module = coreModule): Promise<void> {
    const found = await this.find(ctx, target);
    const { exchange } = ctx;
    const declared = found?.mount.module === module ? found.match.route?.declaration : undefined;
    exchange.declaration = declared;
    if (declared?.apiToken && !exchange.caller) await this.recognise(ctx);
    this.resolver.requireVisibleSite(ctx);
    if (!found || found.mount.module !== module) throw notFound();
    const { mount, match } = found;
    exchange.module = module;
    exchange.messages = mount.messages;
    if (!match.route) {
      exchange.declaration = match.declaration;
      throw methodNotAllowed(match.methods);
    }
    const { route } = match;
    const { declaration } = route;
    exchange.declaration = declaration;
    const personal = ctx.session !== undefined || declaration.access !== 'public';
    ctx.set('Cache-Control', personal ? 'no-store' : 'no-cache');
    // What nobody's profile decides is written in the language that the browser asks for.
    if (!personal) ctx.vary('Accept-Language');
    if (!admit(ctx, declaration.access, this.sessions.get() !== undefined)) return;
    if (ctx.access.site?.isArchived && changesState(ctx.method)) throw archived();
    const locale = ctx.access.locale;
    const params = route.params.check(match.params, locale);
    const query = route.query.check(queryOf(ctx), locale);
    const body = changesState(ctx.method) ? await this.bodyOf(ctx, route, locale) : undefined;
    ctx.input = { params, query, body };
    await runInModule(module, () => route.handler(ctx));
    if (route.events || ctx.response.type === eventType) sendEvents(ctx, route);
    else if (isJsonBody(ctx.body)) ctx.body = answerTo(ctx, route);
  }

  /**
   * The route that is there for this person, else what knows the path by other methods. A route whose `when` does not hold is not
   * there: neither its methods nor its access are told, nor whether a token would do.
   */
  private async find(ctx: HostContext, target: RequestTarget): Promise<Found | undefined> {
    let otherMethods: Found | undefined;
    for (const found of this.table.matches(target, ctx.method, target.path)) {
      if (found.mount.contribution.when !== undefined && !(await this.isThere(ctx, found))) continue;
      if (found.match.route) return found;
      otherMethods ??= found;
    }
    return otherMethods;
  }

  private async isThere(ctx: HostContext, { mount, match }: Found): Promise<boolean> {
    const { exchange } = ctx;
    const declaration = match.route?.declaration;
    if (!declaration?.apiToken || exchange.caller || tokenOf(ctx) === undefined) return this.table.isThere(mount, ctx.access);
    // Whose permissions count is known when the token has been read, which is asked of nobody who finds nothing here anyway.
    if (!this.table.isThere(mount, { ...ctx.access, can: () => true })) return false;
    Object.assign(exchange, { module: mount.module, messages: mount.messages, declaration });
    await this.recognise(ctx);
    if (this.table.isThere(mount, ctx.access)) return true;
    Object.assign(exchange, { module: undefined, messages: undefined, declaration: undefined });
    return false;
  }

  /** What is wrong with a token is not told of a site that is not there for who brings it. */
  private async recognise(ctx: HostContext): Promise<void> {
    try {
      await this.callers.recognise(ctx);
    } catch (error) {
      this.resolver.requireVisibleSite(ctx);
      throw error;
    }
  }

  /** The checked body, after the session's token was found in a header or in the body itself. */
  private async bodyOf(ctx: HostContext, route: Route, locale: string): Promise<unknown> {
    const expected = ctx.session?.csrfToken;
    const header = ctx.req.headers['x-portico-csrf'];
    const check = (token: unknown): void => {
      if (expected === undefined) return;
      checkToken(token, expected);
      ctx.exchange.pageWrittenAt = writtenAtOf(token);
    };
    if (header !== undefined) check(header);
    const tokenInBody = expected !== undefined && header === undefined;
    const { multipart, body: declared } = route.declaration;
    if (multipart) {
      const reader = new MultipartReader(ctx.req as IncomingMessage, multipart, this.limits);
      ctx.exchange.multipart = reader;
      if (tokenInBody) check(await reader.leadingToken());
      return undefined;
    }
    const { csrf, ...rest } = (hasBody(ctx.req) ? await readBody(ctx.req, bodyLimits(this.limits, route.declaration)) : {}) as {
      csrf?: unknown;
    };
    if (tokenInBody) check(csrf);
    const body = route.body.check(rest, locale);
    return declared ? body : undefined;
  }
}

const eventType = 'text/event-stream';

/** Server-sent events, which nothing on the way may keep back. @throws PortalError `answer-undeclared` (500) where the route declares none. */
function sendEvents(ctx: HostContext, { events }: Route): void {
  if (!events || !(ctx.body instanceof Readable) || !ctx.body.readableObjectMode)
    throw new PortalError(
      'answer-undeclared',
      `${ctx.method} ${ctx.path} answers a stream, and its route does not declare its events.`,
    );
  const body = eventStream(ctx.body, events, ctx.access);
  ctx.set({ 'Content-Type': `${eventType}; charset=utf-8`, 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
  ctx.body = body;
}

/** @throws PortalError `answer-undeclared` (500) where a handler answers an object and its route says nothing of it. */
function answerTo(ctx: HostContext, { answer, declaration }: Route): unknown {
  if (answer) return answer.of(ctx.body, ctx.access);
  const why = declaration.answer === 'bytes' ? 'bytes' : 'no JSON';
  throw new PortalError('answer-undeclared', `${ctx.method} ${ctx.path} answers an object, and its route declares ${why}.`);
}

function bodyLimits(limits: HttpLimits, { maxBodyBytes = 0 }: RouteDeclaration): HttpLimits {
  return maxBodyBytes > limits.bodyBytes ? { ...limits, bodyBytes: maxBodyBytes } : limits;
}

function methodNotAllowed(methods: readonly string[]): PortalError {
  const allow = [...new Set(methods)].sort().join(', ');
  return new PortalError('method-not-allowed', 'This method is not allowed here.', { status: 405, details: { allow } });
}
