import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Class } from '../api/index.js';
import { DataSource } from '../libraries/typeorm.js';
import { type BeforeStatement, guardedDriver } from './guarded-driver.js';
import { explainStorageError, storageCode } from './storage-errors.js';

export interface OpenDataSource {
  readonly source: DataSource;
  readonly connection: Database.Database;
}

/** How long a read waits inside SQLite, which holds up the process: only recovery after a crash ever needs it. */
const readBusyMillis = 250;

export const databasePath = (home: string): string => join(home, 'portico.db');

/**
 * The connection that writes. Locks are waited for beside the event loop, not inside SQLite: hence no timeout of its own.
 * @param beforeStatement throws for a statement of TypeORM's that belongs to no open transaction, or has no room.
 */
export async function openWriting(
  home: string,
  entities: readonly Class<object>[],
  beforeStatement: BeforeStatement,
): Promise<OpenDataSource> {
  makePrivate(home);
  const prepare = (connection: Database.Database): void => {
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    connection.pragma('secure_delete = ON');
    connection.pragma('journal_size_limit = 67108864');
  };
  return openSource(entities, { home, options: { timeout: 0 }, prepare, beforeStatement });
}

export function openReading(home: string, entities: readonly Class<object>[]): Promise<OpenDataSource> {
  const options = { readonly: true, fileMustExist: true, timeout: readBusyMillis };
  const prepare = (connection: Database.Database): void => void connection.pragma('query_only = ON');
  return openSource(entities, { home, options, prepare, beforeStatement: () => undefined });
}

interface Opening {
  readonly home: string;
  readonly options: Database.Options;
  readonly prepare: (connection: Database.Database) => void;
  readonly beforeStatement: BeforeStatement;
}

async function openSource(entities: readonly Class<object>[], opening: Opening): Promise<OpenDataSource> {
  let connection: Database.Database | undefined;
  try {
    connection = new Database(databasePath(opening.home), opening.options);
    opening.prepare(connection);
    const driver = guardedDriver(connection, opening.beforeStatement);
    return { source: await sourceOf(opening.home, entities, driver), connection };
  } catch (error) {
    connection?.close();
    throw explainStorageError(error);
  }
}

/** Entities over a connection that is open already. @param driver from `guardedDriver`. */
export async function sourceOf(
  home: string,
  entities: readonly Class<object>[],
  driver: ReturnType<typeof guardedDriver>,
): Promise<DataSource> {
  const source = new DataSource({
    type: 'better-sqlite3',
    database: databasePath(home),
    driver,
    // The driver keeps them, and asks before each run.
    statementCacheSize: 0,
    entities: [...entities],
    synchronize: false,
    logging: false,
  });
  await source.initialize();
  return source;
}

/** SQLite would make its files readable to everybody; the log and its index follow the database's mode. */
function makePrivate(home: string): void {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    closeSync(openSync(databasePath(home), 'wx', 0o600));
  } catch (error) {
    if (storageCode(error) !== 'EEXIST') throw explainStorageError(error);
  }
}
