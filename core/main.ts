import 'reflect-metadata';
import type { RequestListener } from 'node:http';
import { resolve } from 'node:path';
import type { Middleware } from 'koa';
import { HostAccessContexts, HostSessionCookie } from './access/index.js';
import {
  AccessContexts,
  AccessControl,
  ApiTokens,
  AuditAreas,
  AuditLog,
  AuditPresenter,
  BlobStore,
  Clock,
  Commands,
  type Contributions,
  type DemoContent,
  DemoContents,
  DisposableStore,
  Erasure,
  Explanations,
  Flags,
  HostConfig,
  HttpRoutes,
  Ids,
  IntegrityChecks,
  Log,
  MenuItems,
  MessageCatalog as MessageCatalogToken,
  Messages,
  type ModuleStatus,
  Modules,
  PageAdditions,
  PersonalMenuItems,
  SecretBox,
  SecretStores,
  type ServiceToken,
  SessionCookie,
  Sessions,
  SiteDirectory,
  toDisposable,
  UnitOfWork,
} from './api/index.js';
import { auditEntities, auditMigrations, CatalogAuditPresenter, StoredAuditLog } from './audit/index.js';
import { CommandRunner, listenForCommands } from './commands/index.js';
import { type LoadedConfig, type LoadOptions, loadConfig, moduleVariables, namedPorts } from './config/index.js';
import { doctorCommand, type LogOptions, Logs, moduleCommands, SystemClock, UuidIds } from './diagnostics/index.js';
import { type DeclaredFlag, flagCommands, flagEntities, flagMigrations, openFlags } from './flags/index.js';
import { createHttpHost } from './http/index.js';
import { type InstalledModule, Kernel, type KernelStats, readManifests } from './kernel/index.js';
import { MessageCatalog } from './messages/index.js';
import { lockHome, openPersistence, type StorageState } from './persistence/index.js';
import { DisabledModuleRow, DisabledModules, disabledModuleMigrations } from './portal/disabled-modules.js';
import { freePorts } from './portal/free-port.js';
import { ModuleDataCatalog } from './portal/module-data.js';
import { projectRoot } from './portal/project-root.js';
import { AesSecretBox, openKeyRing, SecretRotation, secretCommands } from './secrets/index.js';
import { Assets, Views } from './views/index.js';

export interface PortalOptions extends Omit<LoadOptions, 'root' | 'variables' | 'ports'> {
  readonly root?: string;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Where log lines go; default standard error. */
  readonly logStream?: LogOptions['stream'];
  /** What tells open pages that they are old; in development. */
  readonly liveReload?: { readonly script: string; readonly middleware: Middleware };
}

/** Something that was edited while the portal stands. */
export interface Change {
  readonly kind: 'code' | 'views' | 'messages' | 'assets';
  /** Id of a module, or `core`, whose code cannot be taken in: that needs a new process. */
  readonly owner: string;
}

/** A portal that stands: modules started, database open, and nobody let in until `listen`. */
export interface Portal {
  readonly config: LoadedConfig;
  readonly modules: Modules;
  readonly commands: CommandRunner;
  readonly log: Log;
  /** The handler of requests, for a server of the caller's. */
  callback(): RequestListener;
  /** Opens the door, for browsers and for the command line; answers the address. */
  listen(): Promise<string>;
  /** A service, as a module would get it. Undefined while nobody provides it. */
  service<T>(token: ServiceToken<T>): T | undefined;
  /** What the kernel holds at this moment: services, contributions, listeners. */
  stats(): KernelStats;
  /** What `portico demo` puts into an empty portal. */
  readonly demoContents: Contributions<DemoContent>;
  /** Where the packages of the modules lie, by id. */
  readonly folders: ReadonlyMap<string, string>;
  /** Takes an edit in, for development. @throws what keeps it from being used; what was there before stays, but for code. */
  refresh(change: Change): Promise<void>;
  /** Finishes what runs, stops the modules, closes the database. */
  close(): Promise<void>;
}

/**
 * Puts the portal together and starts its modules; the only place that knows every part.
 * @throws PortalError `configuration-invalid`, `home-in-use`, and whatever keeps a module from starting that the portal cannot do without.
 */
export async function createPortal(options: PortalOptions): Promise<Portal> {
  const root = options.root ?? projectRoot;
  const ports = await freePorts(namedPorts({ ...options, root }));
  const first = loadConfig({ ...options, root, ports });
  const { modules, problems } = await readManifests(first.modulePaths);
  const config = loadConfig({ ...options, root, ports, variables: moduleVariables(modules) });
  const { settings, home } = config;
  const clock = options.clock ?? new SystemClock();
  const ids = new UuidIds();
  const logs = new Logs({ level: settings.log.level, stream: options.logStream });
  const log = logs.for('core');
  const opened = new DisposableStore((error) => log.error('Something could not be closed.', { error }));
  try {
    opened.add(await lockHome(home));

    for (const problem of problems) log.error('A module cannot be read.', { package: problem.package, problem: problem.message });

    const data = await ModuleDataCatalog.read(modules);
    const persistence = await openPersistence({
      home,
      clock,
      ids,
      log,
      entities: [...auditEntities, ...flagEntities, DisabledModuleRow, ...data.entities],
      busyTimeoutMillis: settings.limits.databaseBusyMillis,
      graceMillis: settings.limits.blobGraceMillis,
    });
    opened.add(toDisposable(() => persistence.close()));
    const { unitOfWork, blobs } = persistence;
    await persistence.migrate('audit', auditMigrations);
    await persistence.migrate('flags', flagMigrations);
    await persistence.migrate('kernel', disabledModuleMigrations);

    const audit = new StoredAuditLog({ unitOfWork, clock, ids });
    const flags = opened.add(
      await openFlags({
        file: config.flagsFile,
        declarations: () => declaredFlags(modules),
        deployment: settings.flagDefaults,
        development: config.mode === 'development' || config.mode === 'test',
        environment: options.environment,
        unitOfWork,
        audit,
        clock,
        log,
      }),
    );
    const messages = new MessageCatalog({ log });
    const assets = new Assets({ log });
    opened.add(await assets.load());

    const kernel: Kernel = new Kernel({
      clock,
      logFor: (moduleId) => logs.for(moduleId),
      flags,
      limits: {
        startMillis: settings.limits.moduleStartMillis,
        stopMillis: settings.limits.moduleStopMillis,
        gateMillis: settings.limits.gateMillis,
      },
      moduleServices: ({ id }) => [
        [Log, logs.for(id)],
        [Messages, messages.for(id)],
      ],
      prepare: [
        async (module) => void (await persistence.migrate(module.id, data.migrationsOf(module.id))),
        (module) => messages.load(module),
        (module) => assets.load(module),
        (module) => views.load(module),
      ],
      disabled: new DisabledModules(unitOfWork, clock),
    });
    const sites = kernel.handle(SiteDirectory);
    const accessControl = kernel.handle(AccessControl);
    const routes = kernel.host(HttpRoutes);
    const commands = kernel.host(Commands);
    const checks = kernel.host(IntegrityChecks);
    const demoContents = kernel.host(DemoContents);
    const accessContexts = new HostAccessContexts(accessControl);
    const views = new Views({
      menuItems: kernel.host(MenuItems),
      personalMenuItems: kernel.host(PersonalMenuItems),
      pageAdditions: kernel.host(PageAdditions),
      sites,
      accessContexts,
      messages,
      assets,
      viewsFolder: resolve(root, 'views'),
      everywhere: options.liveReload,
      log,
    });

    kernel.bind(Log, log);
    kernel.bind(Messages, messages.for('core'));
    kernel.bind(Clock, clock);
    kernel.bind(Ids, ids);
    kernel.bind(HostConfig, config);
    kernel.bind(UnitOfWork, unitOfWork);
    kernel.bind(BlobStore, blobs);
    kernel.bind(Erasure, persistence.erasure);
    const ring = openKeyRing({ home, masterKey: config.masterKey, previousKey: config.previousMasterKey });
    if (ring.problem) log.error('The master key cannot be used.', { problem: ring.problem });
    const box = new AesSecretBox(ring);
    const stores = kernel.host(SecretStores);
    const keyIsGiven = config.masterKey !== undefined;
    const rotation = new SecretRotation({ home, keyIsGiven, ring, box, stores, unitOfWork, audit, modules: kernel });
    for (const command of secretCommands({ ring, box, stores, rotation, sites }))
      kernel.contribute(Commands, command, { id: command.name });
    kernel.bind(SecretBox, box);
    kernel.bind(Flags, flags);
    kernel.bind(AuditLog, audit);
    kernel.bind(AuditPresenter, new CatalogAuditPresenter(kernel.host(AuditAreas), sites, messages));
    kernel.contribute(AuditAreas, { area: 'flags', label: 'audit.area.flags' }, { id: 'flags', order: 90 });
    kernel.bind(Modules, kernel);
    kernel.bind(Explanations, kernel.explanations);
    kernel.bind(MessageCatalogToken, messages);
    kernel.bind(AccessContexts, accessContexts);
    kernel.bind(SessionCookie, new HostSessionCookie(config.publicUrl));
    for (const command of [doctorCommand(checks, messages.for('core')), ...moduleCommands(kernel), ...flagCommands(flags)]) {
      kernel.contribute(Commands, command, { id: command.name });
    }
    persistence.checks.forEach((check, index) => {
      kernel.contribute(IntegrityChecks, check, { id: `persistence-${index}` });
    });

    kernel.install(modules);
    flags.refresh();
    opened.add(toDisposable(() => kernel.shutdown()));
    await kernel.boot();

    const http = createHttpHost({
      config: {
        publicUrl: config.publicUrl,
        allowedHosts: settings.server.allowedHosts,
        trustedProxies: settings.server.trustedProxies,
        limits: { bodyBytes: settings.limits.bodyBytes },
      },
      routes,
      prefixesOf: (id) => modules.find((module) => module.id === id)?.manifest.routes ?? [],
      gate: kernel,
      providerOf: (service) => modules.find(({ manifest }) => manifest.provides?.[service] !== undefined)?.id,
      sessions: kernel.handle(Sessions),
      apiTokens: kernel.handle(ApiTokens),
      sites,
      accessControl,
      views,
      assets,
      development: options.liveReload?.middleware,
      messages,
      log: logs.for('http'),
      clock,
      health: {
        live: () => true,
        ready: () => readiness(persistence.health()),
      },
    });
    opened.add(toDisposable(() => http.close(settings.server.closeMillis)));
    const runner = new CommandRunner(commands, log);

    return {
      config,
      modules: kernel,
      commands: runner,
      log,
      stats: () => kernel.stats(),
      folders: new Map(modules.map(({ id, folder }) => [id, folder])),
      refresh: async ({ kind, owner }) => {
        if (kind === 'views') return views.refresh(owner);
        if (kind === 'code') return mustRun(await kernel.reload(owner));
        const module = modules.find(({ id }) => id === owner);
        if (owner === 'core') await (kind === 'messages' ? messages.readOwn() : assets.load());
        // What does not run reads its files when it starts.
        else if (module && kernel.status(owner)?.state === 'active') await { messages, assets }[kind].load(module);
        // Words of the portal's own are part of what views keep.
        if (kind === 'messages') await views.refresh('core');
      },
      demoContents,
      callback: () => http.callback(),
      listen: async () => {
        const address = await http.listen(settings.server.port, settings.server.host);
        opened.add(await listenForCommands(home, runner));
        return address;
      },
      service: (token) => kernel.handle(token).get(),
      close: () => opened.dispose(),
    };
  } catch (error) {
    await opened.dispose();
    throw error;
  }
}

function declaredFlags(modules: readonly InstalledModule[]): ReadonlyMap<string, DeclaredFlag> {
  const flags = new Map<string, DeclaredFlag>();
  for (const { id, manifest } of modules) {
    for (const [key, flag] of Object.entries(manifest.flags ?? {})) flags.set(key, { ...flag, module: id });
  }
  return flags;
}

function readiness({ writable, message }: StorageState): { readonly ok: boolean; readonly reasons: readonly string[] } {
  return { ok: writable, reasons: message === undefined ? [] : [message] };
}

function mustRun({ id, state, reasons }: ModuleStatus): void {
  if (state === 'failed') throw new Error(`${id} does not start: ${reasons.join(' ')}`);
}
