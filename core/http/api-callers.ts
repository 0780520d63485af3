import type { HostAccessContexts } from '../access/index.js';
import { type ApiTokens, PortalError, type ServiceHandle } from '../api/index.js';
import { tokenOf } from './challenge.js';
import type { HostContext } from './exchange.js';

/** Lets an API token stand for a session, on routes that take one. */
export class ApiCallers {
  constructor(
    private readonly tokens: ServiceHandle<ApiTokens>,
    private readonly contexts: HostAccessContexts,
  ) {}

  /** @throws PortalError 401, 429, or 503 while nobody knows the tokens. Does nothing without a token. */
  async recognise(ctx: HostContext): Promise<void> {
    const token = tokenOf(ctx);
    if (token === undefined) return;
    const tokens = this.tokens.get();
    if (!tokens) {
      throw new PortalError('module-unavailable', 'API tokens cannot be checked right now. Try again in a moment.', {
        status: 503,
        expose: true,
        retryAfter: 5,
      });
    }
    const caller = await tokens.authenticate(token, ctx.ip);
    const { site, locale } = ctx.access;
    ctx.exchange.caller = caller;
    ctx.exchange.session = ctx.session = undefined;
    ctx.exchange.access = ctx.access = this.contexts.forCaller(caller, site, locale);
  }
}
