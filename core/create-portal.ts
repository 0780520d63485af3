import 'reflect-metadata';
import type { RequestListener } from 'node:http';
import { resolve } from 'node:path';
import type { Middleware } from 'koa';
import { currentlyActing, Languages } from './access/index.js';
import {
  Addresses,
  Branding,
  type Clock,
  Commands,
  type Contributions,
  type DemoContent,
  DemoContents,
  DisposableStore,
  HttpRoutes,
  Localization,
  Log,
  MenuItems,
  Messages,
  type ModuleStatus,
  type Modules,
  PageAdditions,
  PersonalMenuItems,
  type ServiceToken,
  SiteDirectory,
  toDisposable,
} from './api/index.js';
import { CommandRunner, listenForCommands } from './commands/index.js';
import { type LoadedConfig, type LoadOptions, loadConfig, moduleVariables, namedPorts } from './config/index.js';
import { type LogOptions, Logs } from './diagnostics/log.js';
import { type InstalledModule, Kernel, type KernelStats, readManifests, satisfiesRange } from './kernel/index.js';
import { MessageCatalog } from './messages/index.js';
import { DeployFolder, openPackages, PackageRecords, StagedPackages } from './packages/index.js';
import { bindCoreServices, createAccessContexts, openSecrets } from './portal/bind-core-services.js';
import { bindPackages, LateModuleData } from './portal/bind-packages.js';
import { createHttp } from './portal/create-http.js';
import { DisabledModules } from './portal/disabled-modules.js';
import { freePorts, SystemClock, UuidIds } from './portal/machine.js';
import { openStorage, type Storage, takeHome } from './portal/open-storage.js';
import { distribution, projectRoot } from './portal/project-root.js';
import { Assets, openPageMillis, Views } from './views/index.js';
import { bisectCommands, ModuleFaults } from './watchdog/index.js';

export interface PortalOptions extends Omit<LoadOptions, 'root' | 'distribution' | 'variables' | 'ports'> {
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Where log lines go; default standard error. */
  readonly logStream?: LogOptions['stream'];
  /** What the process of this portal is there for; undefined: it has others, and nobody watches it. */
  readonly process?: 'portal' | 'command';
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
  /** Listens, for browsers and for the command line; answers the address. */
  listen(): Promise<string>;
  /** A service, as a module would get it. Undefined while nobody provides it. */
  service<T>(token: ServiceToken<T>): T | undefined;
  /** What the kernel holds at this moment: services, contributions, listeners. */
  stats(): KernelStats;
  /** What modules serve. */
  readonly routes: Contributions<HttpRoutes>;
  /** What `portico demo` puts into an empty portal. */
  readonly demoContents: Contributions<DemoContent>;
  /** Where the packages of the modules lie, by id. */
  readonly folders: ReadonlyMap<string, string>;
  /** Takes an edit in, for development. @throws what keeps it from being used; what was there before stays, but for code. */
  refresh(change: Change): Promise<void>;
  /** Reads what may change while the portal runs: the flags file. */
  reload(): Promise<void>;
  /** Finishes what runs, stops the modules, closes the database. */
  close(): Promise<void>;
}

/**
 * Puts the portal together and starts its modules; the only place that knows every part: opens the storage, creates the kernel, binds the core's
 * services, boots the modules, and creates the HTTP host that lets people in later.
 * @throws PortalError `configuration-invalid`, `home-in-use`, `copy-failed`, and whatever keeps a module from starting that the portal cannot do without.
 */
export async function createPortal(options: PortalOptions): Promise<Portal> {
  const where = { root: projectRoot, distribution, ...options };
  const ports = await freePorts(namedPorts(where));
  const first = loadConfig({ ...where, ports });
  const { modules, problems } = await readManifests(first.modulePaths, new Set(Object.keys(where.distribution.packages)));
  const config = loadConfig({ ...where, ports, variables: moduleVariables(modules) });
  const { settings, home } = config;
  const clock = options.clock ?? new SystemClock();
  const ids = new UuidIds();
  const logs = new Logs({ level: settings.log.level, stream: options.logStream });
  const log = logs.for('core');
  const opened = new DisposableStore((error) => log.error('Something could not be closed.', { error }));
  let currentModules = (): readonly InstalledModule[] => modules;
  try {
    for (const problem of problems) log.error('A module cannot be read.', { package: problem.package, problem: problem.message });
    opened.add(await takeHome(home));
    const faults = opened.add(
      new ModuleFaults({
        home,
        modules,
        limits: settings.watchdog,
        safeMode: settings.safeMode,
        without: settings.without,
        process: options.process,
        startedAt: clock.now().toISOString(),
        log,
        logs: settings.log.level !== 'silent',
      }),
    );
    const core = { config, clock, ids, log };
    const secrets = openSecrets(config, log);
    const storage = await openStorage(
      {
        ...core,
        modules: modules.filter((module) => !faults.reasonFor(module)),
        currentModules: () => currentModules(),
        protect: (work) => faults.protect(work),
        environment: options.environment,
        box: secrets.box,
      },
      opened,
    );
    const lasting = { ...core, storage, secrets, opened, records: new PackageRecords(storage.persistence.unitOfWork, clock) };
    const tables = storage.persistence.modules;
    const data = new LateModuleData(config, storage, (module) => faults.reasonFor(module) !== undefined);
    const packages = await openPackages({ home, portalModules: modules, records: lasting.records, tables, data, log });
    for (const problem of packages.problems)
      log.error('A module cannot be read.', { package: problem.package, problem: problem.message });
    faults.checkWithout([...modules, ...packages.modules], [...problems, ...packages.problems]);
    const messages = new MessageCatalog({ log, mode: config.mode, currentLocale: () => currentlyActing()?.locale?.() });
    const assets = new Assets({ log, keep: { millis: openPageMillis, clock } });
    opened.add(await assets.load());

    const kernel: Kernel = createKernel({ config, clock, logs, storage, data, faults, messages, assets, views: () => views });
    const languages = new Languages(kernel.handle(Localization), messages);
    const accessContexts = createAccessContexts(kernel, messages, languages);
    const routes = kernel.host(HttpRoutes);
    const commands = kernel.host(Commands);
    const demoContents = kernel.host(DemoContents);
    const views = new Views({
      menuItems: kernel.host(MenuItems),
      personalMenuItems: kernel.host(PersonalMenuItems),
      pageAdditions: kernel.host(PageAdditions),
      sites: kernel.handle(SiteDirectory),
      branding: kernel.handle(Branding),
      accessContexts,
      messages,
      assets,
      viewsFolder: resolve(where.distribution.root, 'views'),
      everywhere: options.liveReload,
      log,
      showsOverride: (module, subject) => storage.modifications.isOn(module, 'view', subject),
      isInRange: satisfiesRange,
    });
    const { deployment, jobs } = bindCoreServices(kernel, { ...lasting, messages, accessContexts, views });
    const bisect = { bisection: faults.bisection, kernel, unitOfWork: storage.persistence.unitOfWork, audit: storage.audit };
    for (const command of bisectCommands(bisect)) kernel.contribute(Commands, command, { id: command.name });
    const incoming = opened.add(await StagedPackages.open(home, clock, log));
    const manager = bindPackages(kernel, { ...lasting, packages, distribution: where.distribution, incoming });

    let addresses: Addresses | undefined;
    kernel.bind(Addresses, { find: (path, access) => addresses?.find(path, access) });
    kernel.install([...modules, ...packages.modules], [...problems, ...packages.problems]);
    currentModules = () => kernel.modules;
    storage.flags.refresh();
    opened.add(toDisposable(() => kernel.shutdown()));
    await kernel.boot();
    storage.persistence.opened();
    faults.opened();
    opened.add(deployment.logFindings());
    await jobs.open();

    const http = createHttp({
      config,
      kernel,
      routes,
      views,
      assets,
      messages,
      languages,
      logs,
      clock,
      development: options.liveReload?.middleware,
      changeOf: (id) => manager.changeOf(id, openPageMillis),
      storageState: () => storage.persistence.health(),
      isComplete: () => !kernel.safeMode && kernel.list().every(({ leftOut }) => leftOut === undefined),
    });
    addresses = http.addresses;
    opened.add(toDisposable(() => http.close(settings.server.closeMillis)));
    const runner = new CommandRunner(commands, log);

    return {
      config,
      modules: kernel,
      commands: runner,
      log,
      stats: () => kernel.stats(),
      folders: new Map(modules.map(({ id, folder }) => [id, folder])),
      refresh: (change) => refresh(change, { kernel, views, messages, assets }),
      routes,
      demoContents,
      callback: () => http.callback(),
      listen: async () => {
        const address = await http.listen(settings.server.port, settings.server.host);
        opened.add(await listenForCommands(home, runner));
        if (!settings.safeMode) opened.add(await DeployFolder.open({ home, packages: manager, log }));
        return address;
      },
      service: (token) => kernel.handle(token).get(),
      reload: () => storage.flags.reread(),
      close: () => opened.dispose(),
    };
  } catch (error) {
    await opened.dispose();
    throw error;
  }
}

interface Refreshable {
  readonly kernel: Kernel;
  readonly views: Views;
  readonly messages: MessageCatalog;
  readonly assets: Assets;
}

async function refresh({ kind, owner }: Change, { kernel, views, messages, assets }: Refreshable): Promise<void> {
  if (kind === 'code') return mustRun(await kernel.reload(owner));
  // What does not run reads its files when it starts.
  await { views, messages, assets }[kind].refresh(owner);
  // Words of the portal's own are part of what views keep.
  if (kind === 'messages') await views.refresh('core');
}

function mustRun({ id, state, reasons }: ModuleStatus): void {
  if (state === 'failed') throw new Error(`${id} does not start: ${reasons.join(' ')}`);
}

interface CreateKernelDependencies {
  readonly config: LoadedConfig;
  readonly clock: Clock;
  readonly logs: Logs;
  readonly storage: Storage;
  readonly data: LateModuleData;
  readonly faults: ModuleFaults;
  readonly messages: MessageCatalog;
  readonly assets: Assets;
  /** The views stand on the kernel, so they are asked for when the first module starts. */
  views(): Views;
}

/** The kernel with what is done before each start of a module: its tables, words, files and views. No module is known to it yet. */
function createKernel({ config, clock, logs, storage, data, faults, messages, assets, views }: CreateKernelDependencies): Kernel {
  const { limits } = config.settings;
  const { persistence, flags, modifications } = storage;
  return new Kernel({
    clock,
    logFor: (moduleId) => logs.for(moduleId),
    flags,
    limits: {
      startMillis: limits.moduleStartMillis,
      stopMillis: limits.moduleStopMillis,
      gateMillis: limits.gateMillis,
      openMillis: limits.openMillis,
    },
    moduleServices: ({ id }) => [
      [Log, logs.for(id)],
      [Messages, messages.for(id)],
    ],
    prepare: [
      async (module) => {
        await data.ensure(module);
        const migrations = storage.data.migrationsOf(module);
        await faults.protect(() =>
          persistence.migrate(module.id, migrations, (migration) => storage.data.fileOf(module, migration)),
        );
      },
      (module) => messages.load(module),
      (module) => assets.load(module),
      (module) => views().load(module),
    ],
    disabled: new DisabledModules(persistence.unitOfWork, clock),
    standsBefore: (module, service) => modifications.isOn(module, 'service', service),
    leftOut: faults,
    onModulesChange: () => flags.refresh(),
  });
}
