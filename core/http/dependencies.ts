import type { Middleware } from 'koa';
import type { Languages } from '../access/index.js';
import type {
  AccessControl,
  ApiTokens,
  Clock,
  ConditionalContributions,
  HttpRoutes,
  Log,
  MessageCatalog,
  RenderOptions,
  SecurityEvents,
  ServiceHandle,
  Sessions,
  SiteDirectory,
  SiteVisits,
} from '../api/index.js';
import type { ModuleGate } from '../kernel/index.js';
import type { PageState } from '../views/page-state.js';
import type { HttpConfig } from './http-config.js';

export interface PageRenderer {
  render(moduleId: string, view: string, model: object, options: RenderOptions, page: PageState): string;
}

export interface ModuleChange {
  readonly at: Date;
  /** The version that came, or none when it was removed. */
  readonly version: string | undefined;
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
  /** The module that a first segment (`/x`, at a site `~/x`) is kept for, whether that module runs or not. */
  readonly reservedFor?: (prefix: string) => string | undefined;
  /** Lets requests into modules; waits for one that is starting, within its limit. */
  readonly gate: Pick<ModuleGate, 'enter'>;
  /** The module that provides a service, whether it runs or not, by the id of the service. */
  readonly providerOf: (service: string) => string | undefined;
  /** What happened to a module while pages of it may have been open, and when. */
  readonly changeOf?: (moduleId: string) => ModuleChange | undefined;
  readonly sessions: ServiceHandle<Sessions>;
  readonly visits: ServiceHandle<SiteVisits>;
  readonly apiTokens: ServiceHandle<ApiTokens>;
  readonly sites: ServiceHandle<SiteDirectory>;
  readonly accessControl: ServiceHandle<AccessControl>;
  /** Is told of what people may not do. */
  readonly securityEvents?: ServiceHandle<SecurityEvents>;
  readonly views: PageRenderer;
  readonly assets: { readonly middleware: Middleware };
  /** Answers what only development asks for. */
  readonly development?: Middleware;
  readonly messages: MessageCatalog;
  /** In which language readers are spoken with. Default: in those of the configuration. */
  readonly languages?: Languages;
  readonly log: Log;
  readonly clock: Clock;
  readonly health: Health;
}
