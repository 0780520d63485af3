import {
  type AuditLog,
  type Clock,
  type Disposable,
  type DisposableStore,
  type Ids,
  type Log,
  PortalError,
  toDisposable,
} from '../api/index.js';
import { auditEntities, auditMigrations, StoredAuditLog } from '../audit/index.js';
import type { LoadedConfig, LoadOptions } from '../config/index.js';
import { type DeclaredFlag, flagEntities, flagMigrations, type OpenFlags, openFlags } from '../flags/index.js';
import type { InstalledModule } from '../kernel/index.js';
import { lockHome, openPersistence, type Persistence } from '../persistence/index.js';
import { DisabledModuleRow, disabledModuleMigrations } from './disabled-modules.js';
import { ModuleDataCatalog } from './module-data.js';
import { portalVersion } from './project-root.js';

export interface StorageOptions {
  readonly config: LoadedConfig;
  readonly modules: readonly InstalledModule[];
  /** What this process loads no code of. */
  isLeftOut(moduleId: string): boolean;
  /** Runs what must not be cut off. */
  protect<T>(work: () => Promise<T>): Promise<T>;
  /** Variables that may lock flags; default the machine's. */
  readonly environment: LoadOptions['environment'];
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** The data directory, and what the core itself keeps in it. */
export interface Storage {
  readonly persistence: Persistence;
  readonly data: ModuleDataCatalog;
  readonly audit: AuditLog;
  readonly flags: OpenFlags;
}

/** Takes the data directory for this process. @throws PortalError `home-in-use` and others that say whose it is. */
export function takeHome(home: string): Promise<Disposable> {
  return lockHome(home).catch((error) => Promise.reject(explained(home, error)));
}

/**
 * Opens the database of the data directory with the entities of every module, and brings the core's own tables up to date.
 * @param opened what is to be closed at the end, in the order of its opening.
 * @throws PortalError whatever keeps a database from being opened.
 */
export async function openStorage(
  { config, modules, isLeftOut, protect, environment, clock, ids, log }: StorageOptions,
  opened: DisposableStore,
): Promise<Storage> {
  const { settings, home } = config;
  const read = modules.filter(({ id }) => !isLeftOut(id));
  const data = await ModuleDataCatalog.read(read, {
    openMillis: settings.limits.openMillis,
    startMillis: settings.limits.moduleStartMillis,
  });
  const persistence = await protect(() =>
    openPersistence({
      home,
      clock,
      ids,
      log,
      version: portalVersion(),
      entities: [...auditEntities, ...flagEntities, DisabledModuleRow, ...data.entities],
      busyTimeoutMillis: settings.limits.databaseBusyMillis,
      graceMillis: settings.limits.blobGraceMillis,
      reserveBytes: settings.limits.reserveBytes,
    }),
  );
  opened.add(toDisposable(() => persistence.close()));
  const { unitOfWork } = persistence;
  await protect(async () => {
    await persistence.migrate('audit', auditMigrations);
    await persistence.migrate('flags', flagMigrations);
    await persistence.migrate('kernel', disabledModuleMigrations);
  });

  const audit = new StoredAuditLog({ unitOfWork, clock, ids });
  const flags = opened.add(
    await openFlags({
      file: config.flagsFile,
      declarations: () => declaredFlags(modules),
      deployment: settings.flagDefaults,
      development: config.mode === 'development' || config.mode === 'test',
      environment,
      unitOfWork,
      audit,
      clock,
      log,
    }),
  );
  return { persistence, data, audit, flags };
}

/** At the start nothing was to be saved: what counts is which directory it is. */
function explained(home: string, cause: unknown): unknown {
  if (!(cause instanceof PortalError) || cause.code !== 'storage-read-only') return cause;
  const sentence = `The data directory ${home} cannot be written to. Make it writable, or set PORTICO_HOME to another directory.`;
  return new PortalError('storage-read-only', sentence, { status: 503, expose: false, details: { home }, cause });
}

function declaredFlags(modules: readonly InstalledModule[]): ReadonlyMap<string, DeclaredFlag> {
  const flags = new Map<string, DeclaredFlag>();
  for (const { id, manifest } of modules) {
    for (const [key, flag] of Object.entries(manifest.flags ?? {})) flags.set(key, { ...flag, module: id });
  }
  return flags;
}
