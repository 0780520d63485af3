import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { Class } from '../api/index.js';
import { DataSource } from '../libraries/typeorm.js';
import { explainStorageError, storageCode } from './storage-errors.js';

export interface OpenSource {
  readonly source: DataSource;
  readonly connection: Database.Database;
}

/** How long a read waits inside SQLite, which holds up the process: only recovery after a crash ever needs it. */
const readBusyMillis = 250;

export const databasePath = (home: string): string => join(home, 'portico.db');

/** The connection that writes. Locks are waited for beside the event loop, not inside SQLite: hence no timeout of its own. */
export async function openWriting(home: string, entities: readonly Class<object>[]): Promise<OpenSource> {
  makePrivate(home);
  return openSource(entities, { database: databasePath(home), timeout: 0 }, (connection) => {
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    connection.pragma('secure_delete = ON');
    connection.pragma('journal_size_limit = 67108864');
  });
}

export function openReading(home: string, entities: readonly Class<object>[]): Promise<OpenSource> {
  const options = { database: databasePath(home), readonly: true, fileMustExist: true, timeout: readBusyMillis };
  return openSource(entities, options, (connection) => {
    connection.pragma('query_only = ON');
  });
}

async function openSource(
  entities: readonly Class<object>[],
  options: { readonly database: string; readonly readonly?: boolean; readonly fileMustExist?: boolean; readonly timeout: number },
  prepare: (connection: Database.Database) => void,
): Promise<OpenSource> {
  let connection: Database.Database | undefined;
  const source = new DataSource({
    type: 'better-sqlite3',
    ...options,
    entities: [...entities],
    synchronize: false,
    logging: false,
    prepareDatabase: (opened: Database.Database) => {
      connection = opened;
      prepare(opened);
    },
  });
  try {
    await source.initialize();
  } catch (error) {
    connection?.close();
    throw explainStorageError(error);
  }
  if (!connection) throw new Error('TypeORM opened no connection.');
  return { source, connection };
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
