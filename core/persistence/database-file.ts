import { accessSync, closeSync, constants, existsSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Log, PortalError, type PortalErrorOptions } from '../api/index.js';
import { databasePath } from './data-sources.js';
import { isRefusal } from './home-rights.js';

/** The database, SQLite's log of what is not in it yet, and the index of that log. */
const suffixes = ['', '-wal', '-shm'];
/** Of the header of a log: magic number, version, page size, checkpoint, two salts, two sums of all that. */
const headerBytes = 32;

/**
 * Looks at the files of the database before SQLite does, which would say no more than that it cannot open them.
 * @throws PortalError `database-not-a-file`, `storage-read-only`, naming the file and what to do.
 */
export function checkDatabaseFiles(home: string): void {
  for (const path of suffixes.map((suffix) => databasePath(home) + suffix)) {
    if (!existsSync(path)) continue;
    if (!statSync(path).isFile())
      throw refused(
        'database-not-a-file',
        `In the place of the file ${path} there is something else, such as a folder. Move it away; if the database was there, put a backup in its place.`,
        { details: { path } },
      );
    try {
      accessSync(path, constants.R_OK | constants.W_OK);
    } catch (cause) {
      // What else keeps a file from being opened, SQLite says.
      if (isRefusal(cause)) throw refused('storage-read-only', rightsSentence(path), { details: { path }, cause });
    }
  }
}

function rightsSentence(path: string): string {
  const { uid, mode } = statSync(path);
  const rights = (mode & 0o777).toString(8).padStart(4, '0');
  const user = process.getuid?.() ?? 'of this process';
  return `The user ${user} may not read and write ${path}, which belongs to the user ${uid} and has the mode ${rights}. Give it back to the user that the portal runs as (chown), with the mode 0600.`;
}

/**
 * SQLite takes a log that is damaged from its start for an empty one, and writes over it: what was in it would be gone without a word. It is kept
 * beside the database, and the log of the portal says so.
 */
export function setDamagedLogAside(home: string, log: Log): void {
  const path = `${databasePath(home)}-wal`;
  if (!existsSync(path) || isSoundLog(path)) return;
  const kept = `${path}.damaged`;
  renameSync(path, kept);
  log.error(
    `${path} was damaged: changes that were in it and not in the database yet are lost. It is kept as ${kept}. If something is missing, stop the portal and restore a backup.`,
  );
}

/** What is shorter than a header, or only zeros, never held a change. */
function isSoundLog(path: string): boolean {
  const header = Buffer.alloc(headerBytes);
  const file = openSync(path, 'r');
  try {
    if (readSync(file, header, 0, headerBytes, 0) < headerBytes || header.every((byte) => byte === 0)) return true;
  } finally {
    closeSync(file);
  }
  const magic = header.readUInt32BE(0);
  if (magic >>> 1 !== 0x377f0682 >>> 1) return false;
  const word = (at: number): number => (magic & 1 ? header.readUInt32BE(at) : header.readUInt32LE(at));
  let [first, second] = [0, 0];
  for (let at = 0; at < 24; at += 8) {
    first = (first + word(at) + second) >>> 0;
    second = (second + word(at + 4) + first) >>> 0;
  }
  return first === header.readUInt32BE(24) && second === header.readUInt32BE(28);
}

/** At the start nothing was to be saved: what counts is which file or directory it is, and what to do with it. */
export function explainStart(home: string, cause: unknown): unknown {
  if (!(cause instanceof PortalError)) return cause;
  const database = databasePath(home);
  const sentences: Readonly<Partial<Record<string, string>>> = {
    'storage-read-only': `The data directory ${home} cannot be written to. Make it writable, or set PORTICO_HOME to another directory.`,
    'database-damaged': `The database ${database} is damaged, or is no database of SQLite. Keep it, move it away together with its -wal and -shm, and put a backup in its place${copiesIn(home)}; or set PORTICO_HOME to another directory.`,
    'storage-failed': `The disk reported an error while ${database} was opened. Check the disk that ${home} lies on, then start the portal again.`,
    'storage-full': `The disk that ${home} lies on is full. Free some space, then start the portal again.`,
    'database-newer': `${cause.message} The database is ${database}${copiesIn(home)}.`,
  };
  const sentence = sentences[cause.code];
  if (sentence === undefined || cause.details?.path !== undefined) return cause;
  return refused(cause.code as StartCode, sentence, { status: cause.status, details: { ...cause.details, home }, cause });
}

/** Copies are made before tables change: they may be the newest that is whole. */
function copiesIn(home: string): string {
  const copies = join(home, 'copies');
  return existsSync(copies) ? ` (copies from before updates are in ${copies})` : '';
}

type StartCode =
  | 'database-damaged'
  | 'database-newer'
  | 'database-not-a-file'
  | 'storage-failed'
  | 'storage-full'
  | 'storage-read-only';

function refused(code: StartCode, sentence: string, options: PortalErrorOptions): PortalError {
  return new PortalError(code, sentence, { status: 503, expose: false, ...options });
}
