import type { ParameterizedContext } from 'koa';
import type { AccessContext, ApiCaller, Messages, RouteAdditions, RouteDeclaration, Session } from '../api/index.js';
import type { MultipartReader } from './multipart.js';
import type { Trace } from './trace.js';

/** What the host knows of one request and its answer, filled in along the way. */
export interface Exchange {
  /** Names the request in the log and on error pages: the id of the trace that a proxy gave it, else one that can be read out. */
  readonly reference: string;
  readonly trace: Trace;
  readonly startedAt: number;
  /** Of the client, through the proxies that are trusted; undefined in the first moment. */
  address: string | undefined;
  /** Whether what is missing (404) is there, and not for this person. */
  isDenied: boolean;
  /** The opaque token of the session cookie, known to be somebody's or not. */
  cookie: string | undefined;
  session: Session | undefined;
  /** Whom the request's API token speaks for, on routes that take one. */
  caller: ApiCaller | undefined;
  access: AccessContext | undefined;
  /** Whose handler runs, for views, words and the owner of errors. */
  module: string | undefined;
  messages: Messages | undefined;
  declaration: RouteDeclaration | undefined;
  multipart: MultipartReader | undefined;
  /** When the page was written that a change comes from, as far as that page says so and was read. */
  pageWrittenAt: Date | undefined;
}

/** Koa's context with what the host adds; handlers see it as RouteContext. */
export type HostContext = ParameterizedContext & { exchange: Exchange } & Mutable<RouteAdditions<unknown, unknown, unknown>>;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Whether a script asks for a part of a page, which it puts into one that stands. */
export function isFragment(ctx: HostContext): boolean {
  return ctx.get('X-Portico-Fragment') === '1';
}

/** References are unique and short enough to be read out: the process, then a count. */
export class References {
  private count = 0;
  private readonly prefix: string;

  constructor(startedAt: Date) {
    this.prefix = Math.floor(startedAt.getTime() / 1000).toString(36);
  }

  next(): string {
    return `${this.prefix}-${(++this.count).toString(36)}`;
  }
}
