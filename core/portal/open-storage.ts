import {
  type Clock,
  type Disposable,
  type DisposableStore,
  type Ids,
  type Log,
  type SecretBox,
  toDisposable,
} from '../api/index.js';
import { auditEntities, auditMigrations, StoredAuditLog } from '../audit/index.js';
import type { LoadedConfig, LoadOptions } from '../config/index.js';
import { type DeclaredFlag, flagEntities, flagMigrations, type OpenFlags, openFlags } from '../flags/index.js';
import { jobEntities, jobMigrations } from '../jobs/index.js';
import type { InstalledModule } from '../kernel/index.js';
import { packageEntities, packageMigrations } from '../packages/index.js';
import {
  checkDatabaseFiles,
  explainStart,
  lockHome,
  openPersistence,
  type Persistence,
  setDamagedLogAside,
} from '../persistence/index.js';
import { DisabledModuleRow, disabledModuleMigrations } from './disabled-modules.js';
import { ModificationOffRow, ModificationSwitches, modificationMigrations } from './modifications.js';
import { ModuleDataCatalog } from './module-data.js';
import { distribution } from './project-root.js';

export interface StorageOptions {
  readonly config: LoadedConfig;
  readonly modules: readonly InstalledModule[];
  /** Runs what must not be cut off. */
  protect<T>(work: () => Promise<T>): Promise<T>;
  /** The modules that are known at the moment of asking. */
  currentModules(): readonly InstalledModule[];
  /** Variables that may lock flags; default the machine's. */
  readonly environment: LoadOptions['environment'];
  readonly clock: Clock;
  readonly ids: Ids;
  /** Seals the key of the audit log. */
  readonly box: SecretBox;
  readonly log: Log;
}

/** The data directory, and what the core itself keeps in it. */
export interface Storage {
  readonly persistence: Persistence;
  readonly data: ModuleDataCatalog;
  readonly audit: StoredAuditLog;
  readonly flags: OpenFlags;
  readonly modifications: ModificationSwitches;
}

/** Takes the data directory for this process. @throws PortalError `home-in-use` and others that say whose it is. */
export async function takeHome(home: string): Promise<Disposable> {
  try {
    return await lockHome(home);
  } catch (error) {
    throw explainStart(home, error);
  }
}

/**
 * Opens the database of the data directory with the entities of every module, and brings the core's own tables up to date.
 * @param opened what is to be closed at the end, in the order of its opening.
 * @throws PortalError `database-not-a-file`, and whatever else keeps a database from being opened, naming its file and what to do.
 */
export async function openStorage(options: StorageOptions, opened: DisposableStore): Promise<Storage> {
  try {
    return await open(options, opened);
  } catch (error) {
    throw explainStart(options.config.home, error);
  }
}

async function open(
  { config, modules, currentModules, protect, environment, clock, ids, box, log }: StorageOptions,
  opened: DisposableStore,
): Promise<Storage> {
  const { settings, home } = config;
  checkDatabaseFiles(home);
  setDamagedLogAside(home, log);
  const data = await ModuleDataCatalog.read(modules, {
    openMillis: settings.limits.openMillis,
    startMillis: settings.limits.moduleStartMillis,
  });
  const persistence = await protect(() =>
    openPersistence({
      home,
      clock,
      ids,
      log,
      version: distribution.version,
      entities: [
        ...auditEntities,
        ...flagEntities,
        ...jobEntities,
        ...packageEntities,
        DisabledModuleRow,
        ModificationOffRow,
        ...data.entities,
      ],
      busyTimeoutMillis: settings.limits.databaseBusyMillis,
      graceMillis: settings.limits.blobGraceMillis,
      reserveBytes: settings.limits.reserveBytes,
      protect,
    }),
  );
  opened.add(toDisposable(() => persistence.close()));
  const { unitOfWork } = persistence;
  await protect(async () => {
    await persistence.migrate('audit', auditMigrations);
    await persistence.migrate('flags', flagMigrations);
    await persistence.migrate('jobs', jobMigrations);
    await persistence.migrate('kernel', [...disabledModuleMigrations, ...modificationMigrations]);
    await persistence.migrate('packages', packageMigrations);
  });
  const modifications = new ModificationSwitches(unitOfWork);
  await modifications.load();

  const audit = new StoredAuditLog({ unitOfWork, clock, ids, box });
  await protect(() => audit.open());
  const flags = opened.add(
    await openFlags({
      file: config.flagsFile,
      declarations: () => declaredFlags(currentModules()),
      deployment: settings.flagDefaults,
      development: config.mode === 'development' || config.mode === 'test',
      environment,
      unitOfWork,
      audit,
      clock,
      log,
    }),
  );
  return { persistence, data, audit, flags, modifications };
}

function declaredFlags(modules: readonly InstalledModule[]): ReadonlyMap<string, DeclaredFlag> {
  const flags = new Map<string, DeclaredFlag>();
  for (const { id, manifest } of modules) {
    for (const [key, flag] of Object.entries(manifest.flags ?? {})) flags.set(key, { ...flag, module: id });
  }
  return flags;
}
