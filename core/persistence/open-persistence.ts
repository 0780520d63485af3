import { AsyncLocalStorage } from 'node:async_hooks';
import type {
  Announcements,
  BlobStore,
  Class,
  Clock,
  Erasure,
  Ids,
  IntegrityCheck,
  Log,
  Reader,
  StoredBlob,
  Transaction,
  UnitOfWork,
} from '../api/index.js';
import { every } from '../util/timers.js';
import { LocalAnnouncements } from './announcements.js';
import { BlobPaths } from './blob-paths.js';
import { coreChecks } from './checks.js';
import { databasePath, openReading, openWriting } from './data-sources.js';
import { DatabaseCopies, type Protect } from './database-copies.js';
import { DiskReserve } from './disk-reserve.js';
import { coreEntities, coreMigrations } from './entities.js';
import { EntitySources } from './entity-sources.js';
import { FileSystemBlobStore } from './file-system-blob-store.js';
import { Folders, syncFolder } from './folder-sync.js';
import { KeptTables } from './kept-tables.js';
import { type MigrationFile, MigrationRunner } from './migration-runner.js';
import type { MigrationClass } from './migration-statements.js';
import { ModuleTables } from './module-tables.js';
import { explainReadError, SqliteReader } from './sqlite-reader.js';
import { type CurrentTransaction, transactionEnded } from './sqlite-transaction.js';
import { StatementCache } from './statement-cache.js';
import { explainStorageError } from './storage-errors.js';
import { StorageHealth, type StorageState } from './storage-health.js';
import { Sweeper, type SweepIntervals, type SweepReport, startSweeping } from './sweeper.js';
import { Writer } from './writer.js';

export interface PersistenceOptions {
  /** The data directory, absolute. Locked by the caller (`lockHome`). */
  readonly home: string;
  /** Of the core and of all modules that resolved. */
  readonly entities: readonly Class<object>[];
  readonly clock: Clock;
  readonly log: Log;
  readonly ids: Ids;
  /** Version of the portal; it names the copies that are made before tables are changed. */
  readonly version: string;
  /** How long a write waits for a lock of another process; default 5 s. */
  readonly busyTimeoutMillis?: number;
  /** How long a write waits for the writes before it; default 30 s. */
  readonly queueMillis?: number;
  /** How long one transaction may take; default 30 s. */
  readonly transactionMillis?: number;
  /** How much room is held free, so that people can delete when the disk is full; default 8 MiB. */
  readonly reserveBytes?: number;
  /** How old a file that nothing points to must be before it is swept; default 24 h. */
  readonly graceMillis?: number;
  /** Default: whatever takes long may be cut off. */
  readonly protect?: Protect;
  /** When to sweep by itself; false for never. Default: soon after the start, then daily. */
  readonly sweeping?: SweepIntervals | false;
}

export interface Persistence {
  readonly unitOfWork: UnitOfWork;
  readonly blobs: BlobStore;
  readonly erasure: Erasure;
  readonly announcements: Announcements;
  /**
   * Applies what is new of an owner's migrations.
   * @param fileOf names the file of a migration, for the error.
   * A database that is older than this process is copied before.
   * @throws PortalError `migration-failed`, `migration-edited`, `database-newer`, `copy-failed`.
   */
  migrate(owner: string, migrations: readonly MigrationClass[], fileOf?: MigrationFile): Promise<void>;
  /** The tables of modules that come, change and go while the portal runs. */
  readonly modules: ModuleTables;
  /** Says that the portal has opened. @throws PortalError `copy-failed` when tables could not be changed for want of a copy. */
  opened(): void;
  sweep(): Promise<SweepReport>;
  readonly checks: readonly IntegrityCheck[];
  /** Tables that nothing claims which this process has loaded, and whose migrations were applied. */
  inventory(): { readonly tables: readonly string[]; readonly owners: readonly string[] };
  /** Whether the portal still writes; for the health page. */
  health(): StorageState;
  /** Lets waiting writes finish, then closes. */
  close(): Promise<void>;
}

const hour = 3_600_000;
/** Between two looks at the room on the disk while nobody writes. */
const roomMillis = 5000;

export async function openPersistence(options: PersistenceOptions): Promise<Persistence> {
  const { home, clock, log, ids, graceMillis = 24 * hour, protect = (work) => work() } = options;
  const paths = new BlobPaths(home);
  const entities = [...new Set<Class<object>>([...coreEntities, ...options.entities])];
  const current: CurrentTransaction = new AsyncLocalStorage();
  const beforeStatement = (sql: string, values: readonly unknown[]): void => {
    const transaction = current.getStore();
    if (!transaction) throw transactionEnded();
    transaction.beforeStatement(sql, values);
  };
  const writing = new EntitySources(home, await openWriting(home, entities, beforeStatement), beforeStatement);
  const reserve = new DiskReserve(home, options.reserveBytes ?? 8 * 1024 * 1024, log, clock);
  const health = new StorageHealth(log, reserve);
  const opened = await openReading(home, entities).catch(async (error: unknown) => {
    await writing.close();
    throw error;
  });
  const reading = new EntitySources(home, opened);
  const readStatements = new StatementCache(reading.connection);
  const find = (id: string): Pick<StoredBlob, 'size' | 'sha256'> | undefined =>
    readStatements.first('SELECT size, sha256 FROM portico_blob WHERE id = ?', id);
  const blobs = new FileSystemBlobStore({ paths, folders: new Folders(paths.root), find, ids, log, health });
  const announcements = new LocalAnnouncements(log);
  const writer = new Writer(
    {
      sources: writing,
      connection: writing.connection,
      current,
      clock,
      log,
      health,
      announcements,
      busyTimeoutMillis: options.busyTimeoutMillis ?? 5000,
      queueMillis: options.queueMillis ?? 30_000,
      transactionMillis: options.transactionMillis ?? 30_000,
    },
    blobs,
  );
  const sweeper = new Sweeper(paths, readStatements, writer, clock, log, graceMillis);
  const copies = new DatabaseCopies({ connection: writing.connection, home, version: options.version, clock, log, protect });
  const migrations = new MigrationRunner(writing.connection, writer, clock, copies);
  const close = async (): Promise<void> => {
    await writer.close();
    await reading.close();
    // The last connection to close folds the log into the database.
    await writing.close();
  };
  try {
    migrations.load();
    await migrations.migrate('core/persistence', coreMigrations);
    await syncFolder(home);
  } catch (error) {
    await close();
    throw explainStorageError(error);
  }
  const forgetStatements = (): void => {
    for (const statements of [readStatements, writer.statements]) statements.forget();
  };
  const looking = every(roomMillis, () => {
    try {
      health.lookForRoom();
    } catch (error) {
      log.error('The room on the disk cannot be seen.', { error });
    }
  });
  const sweeping = startSweeping(sweeper, log, options.sweeping ?? { firstMillis: 10_000, everyMillis: 24 * hour });
  return {
    unitOfWork: new SqliteUnitOfWork(new SqliteReader(reading, readStatements), writer),
    blobs,
    erasure: { erase: () => writer.emptyLog() },
    announcements,
    migrate: async (owner, classes, fileOf) => {
      await migrations.migrate(owner, classes, fileOf);
      forgetStatements();
    },
    modules: new ModuleTables({
      sources: [reading, writing],
      migrations,
      kept: new KeptTables(writing.connection, writer, migrations, protect),
      copies,
      protect,
      onChange: forgetStatements,
    }),
    opened: () => copies.opened(),
    inventory: () => {
      const claimed = new Set([...reading.metadata.map(({ tableName }) => tableName), ...migrations.claimed()]);
      const names = (sql: string): string[] => readStatements.all<{ name: string }>(sql).map(({ name }) => name);
      return {
        tables: names("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").filter(
          (name) => !/^(?:sqlite|portico)_/.test(name) && !claimed.has(name),
        ),
        owners: names('SELECT DISTINCT owner AS name FROM portico_migration ORDER BY owner'),
      };
    },
    sweep: () => sweeper.sweep(),
    checks: coreChecks({
      database: databasePath(home),
      paths,
      reading: readStatements,
      sweeper,
      migrations,
      entities: () => reading.metadata,
    }),
    health: () => health.state,
    close: () => {
      void looking.dispose();
      void sweeping.dispose();
      return close();
    },
  };
}

class SqliteUnitOfWork implements UnitOfWork {
  constructor(
    private readonly reader: SqliteReader,
    private readonly writer: Writer,
  ) {}

  async read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    try {
      return await work(this.reader);
    } catch (error) {
      throw explainReadError(error);
    }
  }

  write<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.writer.write(work);
  }
}
