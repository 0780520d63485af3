import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Disposable, PortalError, toDisposable } from '../api/index.js';
import { homeNotYours, isOwn, isRefusal } from './home-rights.js';
import { explainStorageError, isBusy, storageCode } from './storage-errors.js';

/** Kept here so that nobody's garbage collection opens a portal to a second one. */
const held = new Set<Database.Database>();

/**
 * Takes the data directory for this process. The lock is the operating system's, held through SQLite on `lock.db`:
 * it goes with the process, however that ends. @throws PortalError `home-in-use`, `home-not-a-folder` (503).
 */
export async function lockHome(home: string): Promise<Disposable> {
  const pidFile = join(home, 'portal.pid');
  let connection: Database.Database | undefined;
  try {
    makeFolder(home);
    connection = new Database(join(home, 'lock.db'), { timeout: 0 });
    connection.exec('BEGIN EXCLUSIVE');
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    connection?.close();
    throw isBusy(error) ? inUse(home, pidFile, error) : refusalOf(home, error);
  }
  const lock = connection;
  held.add(lock);
  return toDisposable(() => {
    held.delete(lock);
    lock.close();
  });
}

function refusalOf(home: string, error: unknown): unknown {
  const isRefused = isRefusal(error) || storageCode(error) === 'SQLITE_CANTOPEN';
  if (isRefused && !isOwn(home)) return homeNotYours(home, error);
  const explained = explainStorageError(error);
  if (!(explained instanceof PortalError) || explained.code !== 'storage-read-only') return explained;
  const sentence = `The data directory ${home} cannot be written to. Make it writable, or set PORTICO_HOME to another directory.`;
  return new PortalError('storage-read-only', sentence, { status: 503, expose: false, details: { home }, cause: error });
}

function makeFolder(home: string): void {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
  } catch (cause) {
    if (!['EEXIST', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) throw cause;
    const sentence = `The data directory ${home} cannot be made: a file is in its place. Set PORTICO_HOME to another.`;
    throw new PortalError('home-not-a-folder', sentence, { status: 503, expose: false, details: { home }, cause });
  }
}

function inUse(home: string, pidFile: string, cause: unknown): PortalError {
  return new PortalError(
    'home-in-use',
    `Another Portico${holder(pidFile)} uses the data directory ${home}. Stop it first, or set PORTICO_HOME.`,
    {
      status: 503,
      expose: false,
      details: { home },
      cause,
    },
  );
}

function holder(pidFile: string): string {
  try {
    return ` (process ${readFileSync(pidFile, 'utf8').trim()})`;
  } catch {
    return '';
  }
}
