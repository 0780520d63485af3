import type { Middleware } from 'koa';
import type { Languages } from '../access/index.js';
import {
  AccessControl,
  ApiTokens,
  type Clock,
  type ConditionalContributions,
  type HttpRoutes,
  SecurityEvents,
  Sessions,
  SiteDirectory,
  SiteVisits,
} from '../api/index.js';
import type { LoadedConfig } from '../config/index.js';
import type { Logs } from '../diagnostics/log.js';
import { createHttpHost, type HttpDependencies, type HttpHost } from '../http/index.js';
import type { InstalledModule, Kernel } from '../kernel/index.js';
import type { MessageCatalog } from '../messages/index.js';
import type { StorageState } from '../persistence/index.js';
import type { Assets, Views } from '../views/index.js';

export interface CreateHttpDependencies {
  readonly config: LoadedConfig;
  readonly kernel: Kernel;
  readonly routes: ConditionalContributions<HttpRoutes>;
  readonly views: Views;
  readonly assets: Assets;
  readonly messages: MessageCatalog;
  readonly languages: Languages;
  readonly logs: Logs;
  readonly clock: Clock;
  /** Asked before any route; in development. */
  readonly development: Middleware | undefined;
  /** What happened to a module lately. */
  readonly changeOf: HttpDependencies['changeOf'];
  /** Whether the data directory can be written to. */
  storageState(): StorageState;
  /** Whether no module is left out of this start. */
  isComplete(): boolean;
}

/** The pipeline of requests over the kernel's routes. Nobody is let in before it listens. */
export function createHttp({
  config,
  kernel,
  logs,
  development,
  storageState,
  isComplete,
  ...dependencies
}: CreateHttpDependencies): HttpHost {
  const { server, limits } = config.settings;
  return createHttpHost({
    ...dependencies,
    config: {
      publicUrl: config.publicUrl,
      allowedHosts: server.allowedHosts,
      trustedProxies: server.trustedProxies,
      limits: { bodyBytes: limits.bodyBytes },
      // For those who write modules: who visits a demo gets what the schema lets through.
      strictAnswers: config.mode === 'development' || config.mode === 'test',
    },
    prefixesOf: (id) => kernel.modules.find((module) => module.id === id)?.manifest.routes ?? [],
    reservedFor: (prefix) => prefixOwners(kernel.modules).get(prefix),
    gate: kernel,
    providerOf: (service) => kernel.modules.find(({ manifest }) => manifest.provides?.[service] !== undefined)?.id,
    sessions: kernel.handle(Sessions),
    visits: kernel.handle(SiteVisits),
    apiTokens: kernel.handle(ApiTokens),
    sites: kernel.handle(SiteDirectory),
    accessControl: kernel.handle(AccessControl),
    securityEvents: kernel.handle(SecurityEvents),
    development,
    log: logs.for('http'),
    health: { live: () => true, ready: () => readiness(storageState(), isComplete()) },
  });
}

/**
 * First segments belong to the module that is named after them; a package of ours keeps those that its manifest declares
 * besides (`/sign-in`), whatever another module is called.
 */
function prefixOwners(modules: readonly InstalledModule[]): ReadonlyMap<string, string> {
  const declared = (ours: boolean): (readonly [string, string])[] =>
    modules
      .filter(({ isOfPortal }) => isOfPortal === ours)
      .flatMap(({ id, manifest }) => (manifest.routes ?? []).map((prefix) => [prefix, id] as const));
  const named = modules.flatMap(({ id }) => [[`/${id}`, id] as const, [`~/${id}`, id] as const]);
  return new Map([...declared(false), ...named, ...declared(true)]);
}

function readiness({ writable, full }: StorageState, isComplete: boolean): ReturnType<HttpDependencies['health']['ready']> {
  if (!writable) return 'not-ready';
  return full || !isComplete ? 'degraded' : 'ready';
}
