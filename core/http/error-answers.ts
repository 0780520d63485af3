import type { AccessContext, Log, MessageCatalog, Messages, PortalError, RenderOptions } from '../api/index.js';
import { localAddress } from '../util/index.js';
import { challengeOf, tokenOf } from './challenge.js';
import { changesState, writtenAtOf } from './csrf.js';
import type { HttpDependencies, PageRenderer } from './dependencies.js';
import { type HostContext, isFragment } from './exchange.js';
import type { PageStates } from './page-states.js';
import { ForeignError, portalErrorOf } from './portal-error-of.js';
import type { SecurityHeaders } from './security-headers.js';

/** Words that head the page of a status. */
const titles: Readonly<Record<number, string>> = { 401: 'portal.error-signed-out', 404: 'portal.error-not-found' };
/** Seconds; a 503 always says when to come back. */
const defaultRetryAfter = 5;

interface AwayModule {
  readonly title: string;
  readonly sentence: string;
}

/** Turns whatever went wrong into an answer: a reference, one sentence, and nothing that is not meant for the reader. */
export class ErrorAnswers {
  private readonly messages: Messages;

  constructor(
    private readonly views: PageRenderer,
    private readonly catalog: MessageCatalog,
    private readonly log: Log,
    private readonly headers: SecurityHeaders,
    private readonly pages: PageStates,
    /** Whether a site's own frame may stand around the page: the reader may open its front page, so that its name is no news. */
    private readonly mayEnter: (access: AccessContext) => boolean,
    private readonly changeOf: HttpDependencies['changeOf'],
  ) {
    this.messages = catalog.for('core');
  }

  answer(ctx: HostContext, thrown: unknown): void {
    const error = portalErrorOf(thrown);
    this.report(ctx, error);
    try {
      this.write(ctx, error);
    } catch (failure) {
      const { reference } = ctx.exchange;
      this.log.error('The answer to a failed request could not be made.', { reference, error: failure });
      plainAnswer(ctx, reference);
    }
  }

  private write(ctx: HostContext, error: PortalError): void {
    // What the handler said about its own answer (type, caching, disposition) is not true of this one.
    for (const name of ctx.res.getHeaderNames()) ctx.res.removeHeader(name);
    this.headers.apply(ctx.res);
    ctx.set({ 'Cache-Control': 'no-store', traceparent: ctx.exchange.trace.parent });
    const retryAfter = error.retryAfter ?? (error.status === 503 ? defaultRetryAfter : undefined);
    if (retryAfter !== undefined) ctx.set('Retry-After', String(Math.ceil(retryAfter)));
    if (typeof error.details.allow === 'string') ctx.set('Allow', error.details.allow);
    const challenge = challengeOf(ctx, error);
    if (challenge) ctx.set('WWW-Authenticate', challenge);
    ctx.status = error.status;
    const older = this.olderPage(ctx, error);
    const sentence = [this.sentenceOf(ctx, error), ...(older === undefined ? [] : [older])].join(' ');
    if (wantsHtml(ctx)) {
      ctx.body = this.page(ctx, error, sentence);
      ctx.type = 'html';
    } else {
      ctx.body = {
        error: {
          ...(error.expose && !(error instanceof ForeignError) ? this.detailsOf(ctx, error) : {}),
          code: codeOf(error),
          message: sentence,
          reference: ctx.exchange.reference,
        },
      };
    }
  }

  private report(ctx: HostContext, error: PortalError): void {
    const facts = { reference: ctx.exchange.reference, module: ctx.exchange.module, code: error.code, error };
    // A module that is away is on the Modules page with its reason: each visitor who meets the gap is no failure of its own.
    if (error.status === 503 && error.retryAfter !== undefined)
      this.log.warn('A request was turned away.', { ...facts, error: error.message });
    else if (error.status >= 500) this.log.error('A request failed.', facts);
    else this.log.debug('A request was refused.', facts);
  }

  private sentenceOf(ctx: HostContext, error: PortalError): string {
    const away = this.awayOf(ctx, error);
    if (away) return away.sentence;
    if (error.expose && !(error instanceof ForeignError))
      return this.catalog.sentence(error.message, ctx.exchange.access?.locale);
    const key = error.status === 503 || error.status === 507 || error.status < 500 ? `error.${error.status}` : 'error.500';
    const locale = ctx.exchange.access?.locale;
    const sentence = this.messages.text(key, {}, locale);
    return sentence === key ? this.messages.text('error.400', {}, locale) : sentence;
  }

  /**
   * What a page of an earlier version asks for may be gone, or be understood no more: it is the page that is old, and loading it again helps.
   * A page with a token says when it was written. Of a plain link nobody knows, so that what is gone may be for that reason.
   */
  private olderPage(ctx: HostContext, { code, status }: PortalError): string | undefined {
    const { module, access, caller } = ctx.exchange;
    const isGone = status === 404 || status === 405;
    if (!(isGone || code === 'invalid-input') || module === undefined || caller !== undefined || !comesFromPage(ctx))
      return undefined;
    const change = this.changeOf?.(module);
    if (!change) return undefined;
    const writtenAt = ctx.exchange.pageWrittenAt ?? writtenAtOf(ctx.get('X-Portico-Csrf'));
    if (writtenAt === undefined ? !isGone : writtenAt >= change.at) return undefined;
    const { version } = change;
    const key = version === undefined ? 'error.page-removed' : 'error.page-older';
    const values = { name: this.catalog.nameOf(module, access?.locale), ...(version === undefined ? {} : { version }) };
    return this.messages.text(writtenAt === undefined ? `${key}-perhaps` : key, values, access?.locale);
  }

  /** A module that does not come back by waiting: that it is so, why, and who can do something. */
  private awayOf(ctx: HostContext, { code, details: { module, why } }: PortalError): AwayModule | undefined {
    if (code !== 'module-unavailable' || typeof module !== 'string' || (why !== 'stopped' && why !== 'down')) return undefined;
    const { access } = ctx.exchange;
    const values = { name: this.catalog.nameOf(module, access?.locale) };
    const text = (key: string): string => this.messages.text(key, values, access?.locale);
    return { title: text(`portal.module-${why}`), sentence: text(`error.module-${why}`) };
  }

  private page(ctx: HostContext, error: PortalError, sentence: string): string {
    const { reference } = ctx.exchange;
    const away = this.awayOf(ctx, error);
    const title =
      away?.title ?? this.messages.text(titles[error.status] ?? 'portal.error-title', {}, ctx.exchange.access?.locale);
    const model = {
      status: error.status,
      code: codeOf(error),
      title,
      sentence,
      reference,
      retryAfter: error.retryAfter,
      away,
      homeHref: this.homeOf(ctx),
      signInHref: signInHref(ctx),
      plainHref: plainHref(ctx, error),
      formHref: formHref(ctx),
      fields: Object.entries(this.fieldsOf(ctx, error) ?? {}).map(([name, text]) => ({ name, text })),
    };
    const layout = this.layoutOf(ctx);
    try {
      return this.views.render('core', 'error', model, { title, layout, status: error.status }, this.pages.stateOf(ctx, layout));
    } catch (failure) {
      this.log.error('The error page could not be rendered.', { reference, error: failure });
      return fallbackPage(title, sentence, reference);
    }
  }

  /** The facts of an error, with the sentences of its fields in the language of the reader. */
  private detailsOf(ctx: HostContext, error: PortalError): PortalError['details'] {
    const fields = this.fieldsOf(ctx, error);
    return fields ? { ...error.details, fields } : error.details;
  }

  private fieldsOf(ctx: HostContext, { details: { fields } }: PortalError): Readonly<Record<string, string>> | undefined {
    if (typeof fields !== 'object' || fields === null) return undefined;
    const said = (text: unknown): string => this.catalog.sentence(String(text), ctx.exchange.access?.locale);
    return Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, said(text)]));
  }

  /** The front page of the site that one is on, unless that is what failed, or is closed to the reader. */
  private homeOf(ctx: HostContext): string {
    const { access } = ctx.exchange;
    if (!access?.site || !this.mayEnter(access)) return '/';
    const front = `/web/${access.site.address}`;
    return ctx.path.replace(/\/$/, '') === front ? '/' : front;
  }

  /** A guest of a site stays in the site's own frame. */
  private layoutOf(ctx: HostContext): RenderOptions['layout'] {
    const { access, session } = ctx.exchange;
    if (isFragment(ctx)) return 'none';
    if (session) return 'page';
    return access?.site && this.mayEnter(access) ? 'site' : 'plain';
  }
}

/** A click or a form on a page of this portal, or a script of one. */
function comesFromPage(ctx: HostContext): boolean {
  const site = ctx.get('Sec-Fetch-Site');
  const referrer = ctx.get('Referer');
  return site === 'same-origin' || (site === '' && URL.canParse(referrer) && new URL(referrer).host === ctx.host);
}

/** The page with the form that was sent. */
function formHref(ctx: HostContext): string | undefined {
  const referrer = ctx.get('Referer');
  if (!changesState(ctx.method) || !URL.canParse(referrer)) return undefined;
  const { pathname, search } = new URL(referrer);
  return localAddress(pathname + search);
}

/** To sign in and come back: to the page itself, or to the one with the form that was sent. */
function signInHref(ctx: HostContext): string {
  const back = changesState(ctx.method) ? formHref(ctx) : localAddress(ctx.originalUrl);
  return back ? `/sign-in?next=${encodeURIComponent(back)}` : '/sign-in';
}

/** The page that asked for something impossible (a day, a place in a list), as it is when nothing is asked for. */
function plainHref(ctx: HostContext, { code }: PortalError): string | undefined {
  return code === 'invalid-input' && !changesState(ctx.method) && ctx.querystring !== '' ? localAddress(ctx.path) : undefined;
}

/** A hidden error's code may name what is nobody's business. */
function codeOf(error: PortalError): string {
  return error.expose || error.status === 503 ? error.code : 'unexpected';
}

/** Whether a person reads the answer; scripts that say nothing (`fetch` with its default Accept) get JSON. */
export function wantsHtml(ctx: HostContext): boolean {
  if (ctx.exchange.declaration?.answers === 'json') return false;
  const accept = ctx.get('Accept');
  const saysNothing = accept === '' || accept === '*/*';
  if (saysNothing && isFragment(ctx)) return true;
  if (saysNothing && (ctx.get('Sec-Fetch-Dest') === 'empty' || tokenOf(ctx) !== undefined)) return false;
  return ctx.accepts('html', 'json') === 'html';
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? character);

/** For when even the facts of the error page cannot be had: asks nobody for words, roles or menus. */
function plainAnswer(ctx: HostContext, reference: string): void {
  const sentence = 'Something went wrong. The log of the portal has the cause.';
  for (const name of ['Allow', 'Retry-After', 'WWW-Authenticate']) ctx.remove(name);
  ctx.status = 500;
  ctx.body = wantsHtml(ctx)
    ? fallbackPage('Something went wrong', sentence, reference)
    : { error: { code: 'unexpected', message: sentence, reference } };
  if (typeof ctx.body === 'string') ctx.type = 'html';
}

/** For when even the error view fails: needs nothing and cannot fail. */
function fallbackPage(title: string, sentence: string, reference: string): string {
  const heading = escaped(title);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${heading}</title></head>
<body><main><h1>${heading}</h1><p>${escaped(sentence)}</p><p>Reference: ${escaped(reference)}</p></main></body></html>
`;
}
