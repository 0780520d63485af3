import { type Acting, actAs } from '../access/index.js';
import { type Clock, type Log, PortalError, type SecurityEvents, type ServiceHandle } from '../api/index.js';
import type { ErrorAnswers } from './error-answers.js';
import type { Exchange, HostContext, References } from './exchange.js';
import type { HttpLimits } from './http-config.js';
import { hasBody, linger } from './lingering.js';
import { errorOfStatus } from './portal-error-of.js';
import type { SecurityHeaders } from './security-headers.js';
import { traceOf } from './trace.js';

/** A client that leaves in the middle of an answer is within its rights. */
const clientLeft = /^(?:ERR_STREAM_PREMATURE_CLOSE|ERR_STREAM_DESTROYED|ECONNRESET|EPIPE|HPE_\w+)$/;

/** Begins and ends every request: its name, its headers, its log line, and an answer whatever happens. */
export class ErrorBoundary {
  /** Once the portal closes, every answer is the last one on its connection. */
  closing = false;

  constructor(
    private readonly references: References,
    private readonly headers: SecurityHeaders,
    private readonly errors: ErrorAnswers,
    private readonly checkRedirect: (location: string) => void,
    private readonly limits: HttpLimits,
    private readonly log: Log,
    private readonly clock: Clock,
    private readonly security: ServiceHandle<SecurityEvents> | undefined,
  ) {}

  readonly middleware = async (ctx: HostContext, next: () => Promise<void>): Promise<void> => {
    const exchange = this.open(ctx);
    ctx.exchange = exchange;
    ctx.res.once('close', () => this.record(ctx));
    this.headers.apply(ctx.res);
    ctx.set('traceparent', exchange.trace.parent);
    const acting = actingIn(ctx);
    try {
      await actAs(acting, next);
      if (ctx.respond !== false && !ctx.headerSent) this.checkAnswer(ctx);
    } catch (error) {
      actAs(acting, () => this.noteDenial(ctx, error));
      if (ctx.headerSent) this.cutOff(ctx, error);
      else this.errors.answer(ctx, error);
    }
    if (this.closing) ctx.res.shouldKeepAlive = false;
    exchange.multipart?.stop();
    if (hasBody(ctx.req)) linger(ctx.req, this.limits);
  };

  /** For what goes wrong after the handler has returned: a stream that breaks under way. */
  readonly onLateError = (error: unknown, ctx?: HostContext): void => {
    if (!ctx?.exchange) this.log.error('A request failed outside of its boundary.', { error });
    else if (!clientLeft.test((error as { code?: string } | undefined)?.code ?? '')) this.cutOff(ctx, error);
  };

  private open(ctx: HostContext): Exchange {
    const trace = traceOf(ctx.req);
    return {
      reference: trace.isGiven ? trace.id : this.references.next(),
      trace,
      startedAt: this.clock.monotonic(),
      address: undefined,
      isDenied: false,
      cookie: undefined,
      session: undefined,
      caller: undefined,
      access: undefined,
      module: undefined,
      messages: undefined,
      declaration: undefined,
      multipart: undefined,
      pageWrittenAt: undefined,
    };
  }

  /** What somebody may not do, or not see, is told to those who read the audit log. */
  private noteDenial(ctx: HostContext, error: unknown): void {
    const isRefused = error instanceof PortalError && (error.status === 403 || ctx.exchange.isDenied);
    if (!isRefused) return;
    this.security?.get()?.occurred({
      action: 'denied',
      subject: ctx.exchange.isDenied ? 'forbidden' : error.code,
      attribute: `${ctx.method} ${ctx.path}`,
    });
  }

  private checkAnswer(ctx: HostContext): void {
    if (ctx.status >= 400 && (ctx.body === undefined || ctx.body === null)) throw errorOfStatus(ctx.status);
    const location = ctx.res.getHeader('Location');
    if (typeof location === 'string') this.checkRedirect(location);
  }

  /** Half an answer has gone: only closing the connection tells the client that the rest is missing. */
  private cutOff(ctx: HostContext, error: unknown): void {
    this.log.error('An answer broke off.', { reference: ctx.exchange.reference, module: ctx.exchange.module, error });
    ctx.res.destroy();
  }

  private record(ctx: HostContext): void {
    this.log.info('request', {
      method: ctx.method,
      path: ctx.path,
      status: ctx.res.headersSent ? ctx.res.statusCode : 499,
      millis: Math.round((this.clock.monotonic() - ctx.exchange.startedAt) * 10) / 10,
      reference: ctx.exchange.reference,
      trace: ctx.exchange.trace.id,
      // Who makes a session with the request is nobody yet while it runs.
      person: ctx.exchange.access?.person?.id,
      address: ctx.exchange.address,
    });
  }
}

/** Who is behind a request, as far as it is known at the moment of asking. */
function actingIn({ exchange }: HostContext): Acting {
  return {
    get via() {
      return exchange.caller ? 'api' : 'screen';
    },
    person: () => exchange.access?.person,
    token: () => exchange.caller,
    locale: () => exchange.access?.locale,
    address: () => exchange.address,
    requestId: exchange.trace.id,
  };
}
