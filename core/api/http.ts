import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { ZodOptional, ZodType } from 'zod';
import { z } from '../libraries/data.js';
import type { AccessContext, PermissionId, Session } from './access.js';
import type { CompiledMessage, MessageValues } from './basics.js';
import { type ConditionalPoint, extensionPoint, type ServiceToken, serviceToken } from './tokens.js';

/** Who may call a route. Asked by the host before the handler, in the scope of the request. */
export type RouteAccess = 'public' | 'signed-in' | RoutePermission;

/** The permission that a route takes, in the scope of the request. */
export interface RoutePermission {
  readonly permission: PermissionId;
  /**
   * Whether somebody without it may do the same in a part of the scope, e.g. in one folder of a site. The handler then asks about the part that the request
   * is about. A memory read.
   */
  readonly orInPart?: (access: AccessContext) => boolean;
}

/** Limits of a multipart body; it is streamed, never kept in memory. */
export interface MultipartLimits {
  readonly maxFiles: number;
  /** Bytes per file. */
  readonly maxFileBytes: number;
}

/**
 * What a route takes and who may call it. A route without one does not compile, and does not start.
 * Schemas are strict: unknown keys are refused. A part that is left out must be empty.
 */
export interface RouteDeclaration<P = unknown, Q = unknown, B = unknown> {
  readonly access: RouteAccess;
  /** Path parameters. Required when the path has any. */
  readonly params?: ZodType<P>;
  /** Query parameters: strings, repeated keys are arrays. Unknown keys are refused. */
  readonly query?: ZodType<Q>;
  /** A form (urlencoded) or JSON body. Unknown keys are refused. */
  readonly body?: ZodType<B>;
  /** Bytes that the body may have where that is more than the portal's own limit, e.g. for long texts. */
  readonly maxBodyBytes?: number;
  /** A multipart body, read with `ctx.parts()`. Excludes `body`. */
  readonly multipart?: MultipartLimits;
  /** `json` when only programs and scripts call it: errors are then JSON whatever the Accept header says. Default: by Accept. */
  readonly answers?: 'json';
  /**
   * What it answers as JSON when it succeeds; with `answers: 'json'` and wherever a handler answers an object there must be one. Only
   * what it names leaves the portal: anything else is left out, and is an error in tests and development. Schemas describe what
   * arrives, so a date is `z.iso.datetime()`. A field that not everybody may read who may call the route is `readable(permission, schema)`.
   * `'bytes'`: a file, though its errors are JSON. A schema that lets through keys which it does not name says why: `openAnswer`.
   */
  readonly answer?: ZodType | 'bytes';
  /**
   * What each server-sent event tells, as JSON. The handler's body is then a stream of `ServerSentEvent` in object mode, and of their `data` only what
   * the schema names leaves the portal, as with `answer`. No other route answers `text/event-stream`.
   */
  readonly events?: ZodType;
  /**
   * Whether `Authorization: Bearer <API token>` may stand for a session; the cookie and its token of changes then have no say.
   * Only for routes with `answers: 'json'` and a permission. `ctx.session` is undefined and `ctx.access` no wider than the token:
   * decide by `ctx.access.can`, never by the person alone.
   */
  readonly apiToken?: true;
}

/** One event of a stream. Its `data` becomes JSON. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: object;
}

const reasonKey = 'x-open-because';

/**
 * The answer of a route whose keys only somebody else knows. It does not start without the reason, nor without a permission: nothing but that keeps what
 * is in it from anybody.
 * @param reason who knows the keys, and what sees to it that no row is among them.
 */
export function openAnswer(reason: string): ZodType {
  return z.looseObject({}).meta({ [reasonKey]: reason });
}

/** Why an answer is an `openAnswer`. */
export function openBecause(schema: ZodType): string | undefined {
  return schema.meta()?.[reasonKey] as string | undefined;
}

const readableKey = 'x-readable-with';

/** A field of an answer that is left out for those who lack a permission in the scope of the request. It stands so in OpenAPI documents, too. */
export function readable<T extends ZodType>(permission: PermissionId, schema: T): ZodOptional<T> {
  return schema.optional().meta({ [readableKey]: permission });
}

/** The permission of a field that is `readable` with one. */
export function readableWith(schema: ZodType): PermissionId | undefined {
  return schema.meta()?.[readableKey] as PermissionId | undefined;
}

/** One part of a multipart body, in the order in which it arrives. A file's `content` must be consumed before the next part comes. */
export type MultipartPart =
  | { readonly kind: 'field'; readonly name: string; readonly value: string }
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly fileName: string;
      readonly mimeType: string;
      readonly content: Readable;
    };

/** How a view is shown. */
export interface RenderOptions {
  /** Text (already translated) of the title; every page has one. */
  readonly title?: string;
  /**
   * `page` (default): the portal's frame with its menus. `site`: the site's own face, for what visitors read; who is signed in has one bar above it.
   * `plain`: the bare frame, e.g. sign-in. `none`: the fragment alone.
   */
  readonly layout?: 'page' | 'site' | 'plain' | 'none';
  readonly status?: number;
  /** One sentence (already translated) of what was done, as a note at the bottom of this page; `redirectWith` says it on the next. Not in a fragment. */
  readonly note?: string;
}

/** What the host adds to koa's context. */
export interface RouteAdditions<P, Q, B> {
  /** Checked input. */
  readonly input: { readonly params: P; readonly query: Q; readonly body: B };
  readonly access: AccessContext;
  readonly session: Session | undefined;
  /** Parts of a multipart body; the route must declare `multipart`. */
  parts(): AsyncIterable<MultipartPart>;
  /** Renders `views/<name>.hbs` of the module, or the portal's override, into the answer. `model` is data only. */
  render(view: string, model?: object, options?: RenderOptions): void;
  /** A word of the module's messages in the person's language. */
  text(key: string, values?: MessageValues): string;
  /** The same word for a script, which fills in the arguments itself: `formatMessage` of `@portico/core/client`. */
  compiled(key: string): CompiledMessage;
  /**
   * What a person chose the last time in this browser, which keeps it for a year: of cards and a table, or of the orders of a list.
   * @param name unique in the module.
   * @param allowed what can be chosen; whatever else the browser says counts as nothing.
   * @param chosen what is chosen with this request, and kept from now on.
   */
  preference<Choice extends string>(name: string, allowed: readonly Choice[], chosen?: Choice): Choice | undefined;
  /** The path of a place: `~/x` is x in the current site, `/x` is x of the instance. */
  url(place: string): string;
  /**
   * Shows one sentence on the next page this session sees, as a note at its bottom, then redirects (303). A note of success goes by itself;
   * another stays until it is closed. Stays on the portal. A request for a fragment gets 204 and the place in `X-Portico-Location`, for its
   * script to go to.
   */
  redirectWith(place: string, sentence: string, kind?: 'success' | 'warning' | 'danger'): void;
}

/**
 * A request and its answer, in a handler. It is koa's context and has the meaning that koa gives these names; more of it is not promised.
 */
export interface RouteContext<P = unknown, Q = unknown, B = unknown> extends RouteAdditions<P, Q, B> {
  /** Node's own, to be read as a stream or asked for its socket. */
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly method: string;
  readonly path: string;
  /** The visitor's address, through the proxies that are trusted. */
  readonly ip: string;
  /** Whether the validator that was set (`etag`) says that the visitor has it already. */
  readonly fresh: boolean;
  status: number;
  /** Text, bytes, a stream, or an object that becomes JSON. */
  body: unknown;
  type: string;
  length: number;
  etag: string;
  /** A header of the request; empty when it is not there. */
  get(header: string): string;
  /** A header of the answer, or several. */
  set(header: string, value: string | string[]): void;
  set(headers: Readonly<Record<string, string>>): void;
  remove(header: string): void;
  /** The first of the types that the visitor takes best. */
  accepts(...types: string[]): string | false;
  /** Says that the answer is a file of this name. */
  attachment(fileName: string, options?: { readonly type?: string; readonly fallback?: string | boolean }): void;
  /** Stays on the portal, else it is refused (`redirect-refused`). */
  redirect(place: string): void;
}

export type RouteHandler<P, Q, B> = (ctx: RouteContext<P, Q, B>) => unknown;

/** Adds one route. `path` is @koa/router's syntax, relative to the prefix. */
export type AddRoute = <P = Record<string, never>, Q = Record<string, never>, B = undefined>(
  path: string,
  declaration: RouteDeclaration<P, Q, B>,
  handler: RouteHandler<P, Q, B>,
) => void;

/** Collects the routes of one `HttpRoutes`. GET also answers HEAD. */
export interface Router {
  readonly get: AddRoute;
  readonly post: AddRoute;
  readonly put: AddRoute;
  readonly patch: AddRoute;
  readonly delete: AddRoute;
}

/**
 * The routes of a module. A prefix `/x` serves `/x…` with instance scope; `~/x` serves `/web/<site>/x…` with the scope of that site,
 * and `~` alone is the site's own front page. The first segment should be the module's id, so that the gate can tell whose page is missing.
 */
export interface HttpRoutes {
  readonly prefix: string;
  register(router: Router): void;
}
export const HttpRoutes: ConditionalPoint<HttpRoutes> = extensionPoint('portico.http-routes', {
  requires: { prefix: 'text', register: 'function' },
  conditional: true,
  called: 'point.routes',
});

/** The cookie that carries the session's opaque token: `__Host-`, Secure over https, always HttpOnly and SameSite=Lax. */
export interface SessionCookie {
  set(ctx: RouteContext, token: string): void;
  clear(ctx: RouteContext): void;
}
export const SessionCookie: ServiceToken<SessionCookie> = serviceToken('portico.session-cookie');

/** What a module lets a browser keep: `__Host-` and Secure over https, always HttpOnly, SameSite=Lax and for the whole portal. */
export interface BrowserCookie {
  /** Undefined where there is none; whatever the browser says otherwise. */
  read(ctx: RouteContext): string | undefined;
  /** @param value letters, digits and what else a cookie takes; no spaces, commas and semicolons. */
  set(ctx: RouteContext, value: string): void;
  clear(ctx: RouteContext): void;
}

/** Cookies of modules besides that of the session, with the attributes that all of the portal's have. */
export interface Cookies {
  /** The cookie `portico-<name>`. @param name with hyphens; begins with what its module is about. @param seconds for which browsers keep it. */
  named(name: string, seconds: number): BrowserCookie;
}
export const Cookies: ServiceToken<Cookies> = serviceToken('portico.cookies');
