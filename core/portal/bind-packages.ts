import {
  type Clock,
  Commands,
  DisposableStore,
  type Ids,
  IncomingPackages,
  type Log,
  ModuleBelongings,
  ModulePackages,
  PackageOperations,
} from '../api/index.js';
import { type LoadedConfig, moduleVariables } from '../config/index.js';
import type { Kernel } from '../kernel/index.js';
import {
  type ModuleData,
  type OpenPackages,
  PackageManager,
  type PackageRecords,
  packageCommands,
  type StagedPackages,
  StartedOperations,
  trustedKey,
} from '../packages/index.js';
import type { Storage } from './open-storage.js';

export interface PackageBindings {
  readonly config: LoadedConfig;
  readonly packages: OpenPackages;
  readonly records: PackageRecords;
  readonly storage: Storage;
  readonly incoming: StagedPackages;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** Lets modules be installed while the portal runs. Before boot. @throws PortalError `configuration-invalid` for a key that is none. */
export function bindPackages(
  kernel: Kernel,
  { config, packages, records, storage, incoming, clock, ids, log }: PackageBindings,
): ModulePackages {
  const { moduleSigning } = config.settings;
  for (const key of moduleSigning.trustedKeys) trustedKey(key);
  const { persistence, audit } = storage;
  const manager = new PackageManager({
    kernel,
    live: packages.live,
    store: packages.store,
    records,
    tables: persistence.modules,
    unitOfWork: persistence.unitOfWork,
    audit,
    signing: moduleSigning,
    belongings: kernel.host(ModuleBelongings),
    log,
  });
  kernel.bind(ModulePackages, manager);
  kernel.bind(IncomingPackages, incoming);
  kernel.bind(PackageOperations, new StartedOperations(clock, ids, log));
  for (const command of packageCommands(manager, kernel)) kernel.contribute(Commands, command, { id: command.name });
  return manager;
}

/** What modules that come later bring to the configuration and to the database. */
export function moduleData(config: LoadedConfig, { data, persistence }: Storage): ModuleData {
  return {
    migrationsOf: (module) => data.migrationsOf(module),
    add: async (module) => {
      config.addVariables(moduleVariables([module]));
      const store = new DisposableStore(() => undefined);
      const { entities, known } = await data.add(module);
      store.add(known);
      store.add(await persistence.modules.addEntities(entities));
      return store;
    },
  };
}
