import type { HostAccessContexts } from '../access/index.js';
import type { Clock, RenderOptions } from '../api/index.js';
import type { PageState } from '../views/page-state.js';
import { pageToken } from './csrf.js';
import { type HostContext, isFragment } from './exchange.js';
import type { FlashCookie } from './flash.js';
import type { SecurityHeaders } from './security-headers.js';

/** What a view must know of the request it answers. */
export class PageStates {
  constructor(
    private readonly headers: SecurityHeaders,
    private readonly flash: FlashCookie,
    private readonly contexts: HostAccessContexts,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  stateOf(ctx: HostContext, layout: RenderOptions['layout']): PageState {
    const { exchange } = ctx;
    return {
      nonce: this.headers.allowNonce(ctx.res),
      csrf: exchange.session && pageToken(exchange.session.csrfToken, this.clock.now()),
      access: exchange.access ?? this.contexts.for(undefined),
      path: ctx.path,
      query: ctx.querystring,
      // A fragment is no page, nor is a page that a script followed a redirect to: the sentence waits for the next one.
      flash: layout === 'none' || isFragment(ctx) ? undefined : this.flash.take(ctx),
      reference: exchange.reference,
    };
  }
}
