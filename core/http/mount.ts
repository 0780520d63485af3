import {
  type AddRoute,
  type Contribution,
  type HttpRoutes,
  type Messages,
  openBecause,
  PortalError,
  type RouteDeclaration,
  type RouteHandler,
  type Router,
} from '../api/index.js';
import { KoaRouter, type Layer } from '../libraries/http.js';
import { AnswerSchema } from './answer.js';
import { InputPart } from './input.js';
import { isUnder, segmentOf } from './segment.js';

type AnyHandler = RouteHandler<unknown, unknown, unknown>;

/** One declared route, ready to be asked. */
export interface Route {
  readonly declaration: RouteDeclaration;
  readonly handler: AnyHandler;
  readonly params: InputPart;
  readonly query: InputPart;
  readonly body: InputPart;
  readonly answer: AnswerSchema | undefined;
  readonly events: AnswerSchema | undefined;
}

/** What a mount has for a path: a route with its raw parameters, or the methods that would have one, and what one of these declares. */
export type Match =
  | { readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly route: undefined; readonly methods: readonly string[]; readonly declaration: RouteDeclaration | undefined };

const prefixPattern = /^(?:~?(?:\/[A-Za-z0-9][\w.-]*)+|~|\/)$/;
/** First segments of the instance that the host answers itself. */
const reserved = new Set(['api', 'assets', 'health', 'web']);

/** The routes of one `HttpRoutes`, checked and compiled. */
export class Mount {
  readonly module: string;
  readonly site: boolean;
  /** What of an address makes it this mount's: the first segment, `api/` and the second, or a prefix that the module's manifest declares; empty for a front page. */
  readonly segment: string;
  /** Whether `segment` lies within one that is not the module's alone. */
  readonly declared: boolean;
  readonly messages: Messages;
  private readonly router = new KoaRouter({ sensitive: true });
  private readonly routes = new Map<unknown, Route>();

  /** @throws PortalError `route-prefix-invalid`, `route-undeclared`, or whatever `register` throws. */
  constructor(
    readonly contribution: Contribution<HttpRoutes>,
    messages: Messages,
    private readonly inputMessages: Messages,
    /** Prefixes that the manifest declares. */
    prefixes: readonly string[] = [],
    /** Whether an answer that its schema does not describe is an error. */
    private readonly strictAnswers = false,
  ) {
    const { prefix } = contribution.value;
    if (typeof prefix !== 'string' || !prefixPattern.test(prefix)) {
      throw new PortalError('route-prefix-invalid', `The prefix ${JSON.stringify(prefix)} must look like /x, ~/x, ~ or /.`);
    }
    this.module = contribution.module;
    this.messages = messages;
    this.site = prefix.startsWith('~');
    const path = (this.site ? prefix.slice(1) : prefix).replace(/\/$/, '');
    const declared = prefixes.find((each) => isUnder(prefix, each));
    const first = segmentOf(path);
    this.segment = declared?.slice(declared.indexOf('/') + 1) ?? first;
    this.declared = this.segment !== first;
    if (!this.site && reserved.has(first)) {
      throw new PortalError('route-prefix-invalid', `The prefix ${prefix} is kept for the host.`);
    }
    const add =
      (method: string): AddRoute =>
      (routePath, declaration, handler) =>
        this.add(method, path, routePath, declaration as RouteDeclaration, handler as AnyHandler);
    const router: Router = { get: add('GET'), post: add('POST'), put: add('PUT'), patch: add('PATCH'), delete: add('DELETE') };
    contribution.value.register(router);
  }

  /** Whether one of the routes is at this path or below it. */
  hasRouteUnder(path: string): boolean {
    return this.router.stack.some((layer) => isUnder(String(layer.path), path));
  }

  /** @param path without the part that names the site. */
  match(method: string, path: string): Match | undefined {
    const found = this.router.match(path, method);
    if (found.path.length === 0) return undefined;
    let best = found.pathAndMethod[0];
    // A written-out path wins over a parameter, in whatever order they were added.
    for (const layer of found.pathAndMethod) if (best && layer.paramNames.length < best.paramNames.length) best = layer;
    const route = best && this.routes.get(best);
    if (!best || !route) {
      const { declaration } = this.routes.get(found.path[0]) ?? {};
      return { route: undefined, methods: found.path.flatMap((layer) => layer.methods), declaration };
    }
    return { route, params: best.paramNames.length === 0 ? noParams : best.params(path, best.captures(path)) };
  }

  private add(method: string, prefix: string, path: string, declaration: RouteDeclaration, handler: AnyHandler): void {
    const full = joined(prefix, path);
    const name = `${method} ${this.site ? '~' : ''}${full}`;
    if (this.segment === '' && full !== '/') {
      throw new PortalError('route-prefix-invalid', `${name}: a front page has the path / alone; give other routes a prefix.`);
    }
    checkDeclaration(name, method, declaration, handler);
    const layer = this.router.register(full, [method], () => undefined) as Layer;
    if (layer.paramNames.length > 0 && !declaration.params) {
      throw undeclared(name, 'has path parameters and no schema for them');
    }
    this.routes.set(layer, {
      declaration,
      handler,
      params: new InputPart(declaration.params, this.inputMessages),
      query: new InputPart(declaration.query, this.inputMessages),
      body: new InputPart(declaration.body, this.inputMessages),
      answer: answerOf(name, declaration.answer, this.strictAnswers),
      events: answerOf(`${name}, as events,`, declaration.events, this.strictAnswers),
    });
  }
}

function answerOf(name: string, answer: RouteDeclaration['answer'], strict: boolean): AnswerSchema | undefined {
  if (answer === undefined || answer === 'bytes') return undefined;
  try {
    return new AnswerSchema(name, answer, strict);
  } catch (error) {
    throw undeclared(name, `declares an answer that cannot be used: ${(error as Error).message}`);
  }
}

/** Those of a path that is written out. */
export const noParams: Readonly<Record<string, string>> = Object.freeze({});

function joined(prefix: string, path: string): string {
  return path === '' || path === '/' ? prefix || '/' : `${prefix}${path.startsWith('/') ? '' : '/'}${path}`;
}

const undeclared = (name: string, reason: string): PortalError => new PortalError('route-undeclared', `${name} ${reason}.`);

function checkDeclaration(name: string, method: string, declaration: RouteDeclaration | undefined, handler: unknown): void {
  if (typeof declaration !== 'object' || declaration === null) throw undeclared(name, 'does not declare who may call it');
  const { access, body, multipart, apiToken, answers, answer, events } = declaration;
  const named = typeof access === 'object' && access !== null && typeof access.permission === 'string';
  if (access !== 'public' && access !== 'signed-in' && !named) throw undeclared(name, 'does not declare who may call it');
  if (apiToken && !(named && answers === 'json')) throw undeclared(name, 'takes API tokens without a permission or JSON answers');
  if (answers === 'json' && answer === undefined && events === undefined)
    throw undeclared(name, 'answers JSON and does not declare what');
  if (typeof answer === 'object' && openBecause(answer) !== undefined && !named)
    throw undeclared(name, 'has an open answer and asks for no permission');
  if (typeof handler !== 'function') throw undeclared(name, 'has no handler');
  if (body && multipart) throw undeclared(name, 'declares both a body and a multipart body');
  if (method === 'GET' && (body || multipart)) throw undeclared(name, 'declares a body, which a GET does not have');
}
