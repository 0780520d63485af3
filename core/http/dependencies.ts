import type { Middleware } from 'koa';
import type {
  AccessControl,
  ApiTokens,
  Clock,
  ConditionalContributions,
  HttpRoutes,
  Log,
  MessageCatalog,
  RenderOptions,
  ServiceHandle,
  Sessions,
  SiteDirectory,
} from '../api/index.js';
import type { PageState } from '../views/page-state.js';
import type { HttpConfig } from './http-config.js';

/** Whether a module takes requests now. `leave` is called once per `entered`, when the request has ended. */
export type GateDecision =
  | { readonly kind: 'entered'; leave(): void }
  | { readonly kind: 'unavailable'; readonly retryAfter: number }
  | { readonly kind: 'absent' };

export interface ModuleGate {
  /** Waits for a module that is starting, within the gate's limit. */
  enter(moduleId: string): GateDecision | Promise<GateDecision>;
}

export interface PageRenderer {
  render(moduleId: string, view: string, model: object, options: RenderOptions, page: PageState): string;
}

export interface Health {
  live(): boolean;
  /** `degraded`: requests are taken and can be answered, but nothing that takes room can be kept. */
  ready(): 'ready' | 'degraded' | 'not-ready';
}

/** All that the HTTP host needs of the rest of the portal. */
export interface HttpDependencies {
  readonly config: HttpConfig;
  readonly routes: ConditionalContributions<HttpRoutes>;
  /** Addresses that a module declares within the segments of others. */
  readonly prefixesOf?: (moduleId: string) => readonly string[];
  readonly gate: ModuleGate;
  /** The module that provides a service, whether it runs or not, by the id of the service. */
  readonly providerOf: (service: string) => string | undefined;
  readonly sessions: ServiceHandle<Sessions>;
  readonly apiTokens: ServiceHandle<ApiTokens>;
  readonly sites: ServiceHandle<SiteDirectory>;
  readonly accessControl: ServiceHandle<AccessControl>;
  readonly views: PageRenderer;
  readonly assets: { readonly middleware: Middleware };
  /** Answers what only development asks for. */
  readonly development?: Middleware;
  readonly messages: MessageCatalog;
  readonly log: Log;
  readonly clock: Clock;
  readonly health: Health;
}
