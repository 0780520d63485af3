import {
  ApiCatalog,
  type Class,
  type Clock,
  Commands,
  type Disposable,
  DisposableStore,
  type Ids,
  IncomingPackages,
  type Log,
  type MigrationInterface,
  ModuleBelongings,
  ModulePackages,
  PackageOperations,
  type Reader,
  type Transaction,
  toDisposable,
} from '../api/index.js';
import { type LoadedConfig, moduleVariables } from '../config/index.js';
import { FlagOverride } from '../flags/index.js';
import type { InstalledModule, Kernel } from '../kernel/index.js';
import {
  type ModuleData,
  type OpenPackages,
  PackageManager,
  type PackageRecords,
  PortalPlanner,
  packageCommands,
  type StagedPackages,
  StartedOperations,
  trustedKey,
} from '../packages/index.js';
import { DisabledModuleRow } from './disabled-modules.js';
import { ModificationOffRow } from './modifications.js';
import type { Storage } from './open-storage.js';
import type { Distribution } from './project-root.js';

export interface PackageBindings {
  readonly config: LoadedConfig;
  readonly packages: OpenPackages;
  readonly records: PackageRecords;
  readonly storage: Storage;
  readonly distribution: Distribution;
  readonly incoming: StagedPackages;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** Lets modules be installed while the portal runs. Before boot. @throws PortalError `configuration-invalid` for a key that is none. */
export function bindPackages(
  kernel: Kernel,
  { config, packages, records, storage, distribution, incoming, clock, ids, log }: PackageBindings,
): PackageManager {
  const { moduleSigning } = config.settings;
  for (const key of moduleSigning.trustedKeys) trustedKey(key);
  const { persistence, audit } = storage;
  const ownPackages = new Set(Object.keys(distribution.packages));
  const manager = new PackageManager({
    kernel,
    ownPackages,
    live: packages.live,
    store: packages.store,
    records,
    tables: persistence.modules,
    unitOfWork: persistence.unitOfWork,
    audit,
    signing: moduleSigning,
    belongings: kernel.host(ModuleBelongings),
    clock,
    log,
  });
  for (const belongings of coreBelongings(() => storage.flags.reload(), storage.modifications))
    kernel.contribute(ModuleBelongings, belongings, { id: belongings.kind });
  kernel.bind(ModulePackages, manager);
  const planner = new PortalPlanner({
    version: distribution.version,
    ownPackages,
    catalog: { entries: () => kernel.handle(ApiCatalog).get()?.entries() ?? [] },
    modules: () => kernel.modules,
    statusOf: (id) => kernel.status(id),
    provided: () => packages.live.provided(),
  });
  kernel.bind(IncomingPackages, incoming);
  kernel.bind(PackageOperations, new StartedOperations(clock, ids, log));
  for (const command of packageCommands(manager, kernel, planner)) kernel.contribute(Commands, command, { id: command.name });
  return manager;
}

/** What modules that come later bring to the configuration and to the database. One that is left out brings it when it is started all the same. */
export class LateModuleData implements ModuleData {
  private readonly stores = new Map<InstalledModule, DisposableStore>();

  constructor(
    private readonly config: LoadedConfig,
    private readonly storage: Storage,
    private readonly isLeftOut: (module: InstalledModule) => boolean,
  ) {}

  async migrationsOf(module: InstalledModule): Promise<readonly Class<MigrationInterface>[]> {
    await this.ensure(module);
    return this.storage.data.migrationsOf(module);
  }

  async add(module: InstalledModule): Promise<Disposable> {
    this.config.addVariables(moduleVariables([module]));
    const store = new DisposableStore(() => undefined);
    this.stores.set(module, store);
    store.add(toDisposable(() => void this.stores.delete(module)));
    if (!this.isLeftOut(module)) await this.ensure(module);
    return store;
  }

  /** Reads its entities and migrations, unless they have been read. */
  async ensure(module: InstalledModule): Promise<void> {
    const { data, persistence } = this.storage;
    if (data.knows(module)) return;
    const { entities, known } = await data.add(module);
    const store = this.stores.get(module) ?? new DisposableStore(() => undefined);
    store.add(known);
    store.add(await persistence.modules.addEntities(entities));
  }
}

/** What the core itself keeps for a module that is removed: what was decided about its flags, and whether it is off. */
function coreBelongings(forgetFlags: () => Promise<void>, modifications: Storage['modifications']): readonly ModuleBelongings[] {
  const overridesIn = async (reader: Pick<Reader, 'repository'>, keys: readonly string[]): Promise<readonly string[]> =>
    (await reader.repository(FlagOverride).find()).map(({ key }) => key).filter((key) => keys.includes(key));
  const switchesIn = async (reader: Pick<Reader, 'repository'>, id: string): Promise<readonly string[]> =>
    (await reader.repository(DisabledModuleRow).find()).map((row) => row.id).filter((each) => each === id || each === `+${id}`);
  return [
    {
      kind: 'flags',
      namesOf: (reader, { manifest }) => overridesIn(reader, Object.keys(manifest.flags ?? {})),
      erase: async (transaction: Transaction, { manifest }) => {
        for (const key of await overridesIn(transaction, Object.keys(manifest.flags ?? {})))
          await transaction.repository(FlagOverride).delete({ key });
        transaction.afterCommit(forgetFlags);
      },
    },
    {
      kind: 'changes to other modules that are switched off',
      namesOf: async (reader, { id: module }) =>
        (await reader.repository(ModificationOffRow).find({ where: { module } })).map(
          ({ kind, subject }) => `${kind} ${subject}`,
        ),
      erase: async (transaction, { id: module }) => {
        await transaction.repository(ModificationOffRow).delete({ module });
        transaction.afterCommit(() => modifications.load());
      },
    },
    {
      kind: 'switch',
      namesOf: async (reader, { id }) =>
        (await switchesIn(reader, id)).map((each) =>
          each.startsWith('+') ? 'enabled by an operator' : 'disabled by an operator',
        ),
      erase: async (transaction, { id }) => {
        for (const each of await switchesIn(transaction, id))
          await transaction.repository(DisabledModuleRow).delete({ id: each });
      },
    },
  ];
}
