import { PortalError } from '../api/index.js';
import { errorChain } from '../util/error-chain.js';

const retryAfterSeconds = 2;

/** The code of SQLite (`SQLITE_FULL`) or of the system (`ENOSPC`), wherever the error carries it. */
export function storageCode(error: unknown): string | undefined {
  for (const { code } of errorChain(error))
    if (typeof code === 'string' && /^(SQLITE_|E[A-Z0-9]+$)/.test(code) && !code.startsWith('ERR_')) return code;
  return undefined;
}

export const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(storageCode(error) ?? '');

export function databaseBusy(cause?: unknown): PortalError {
  return new PortalError('database-busy', 'The database is busy. Try again in a moment.', {
    status: 503,
    expose: true,
    retryAfter: retryAfterSeconds,
    cause,
  });
}

export function storageFailed(cause: unknown): PortalError {
  return new PortalError(
    'storage-failed',
    'The disk reported an error, so nothing is written any more. Check the disk, then restart the portal.',
    { status: 503, expose: true, cause },
  );
}

function databaseDamaged(cause: unknown): PortalError {
  return new PortalError(
    'database-damaged',
    'The database is damaged, so nothing is written any more. Stop the portal and restore a backup.',
    { status: 503, expose: true, cause },
  );
}

export function storageFull(cause?: unknown): PortalError {
  return new PortalError('storage-full', 'The disk is full, so this was not saved. Free some space, then try again.', {
    status: 507,
    expose: true,
    cause,
  });
}

function storageReadOnly(cause: unknown): PortalError {
  return new PortalError('storage-read-only', 'The data directory cannot be written to, so this was not saved.', {
    status: 503,
    expose: true,
    cause,
  });
}

function outOfFiles(cause: unknown): PortalError {
  return new PortalError('files-exhausted', 'Too many files are open at once. Try again in a moment.', {
    status: 503,
    expose: true,
    retryAfter: retryAfterSeconds,
    cause,
  });
}

/** Failures after which nothing may be written any more. */
export const isFinal = (error: unknown): error is PortalError =>
  error instanceof PortalError && ['storage-failed', 'database-damaged'].includes(error.code);

/** Says what a failure of the storage means; errors that are about something else come back as they are. */
export function explainStorageError(error: unknown): unknown {
  if (error instanceof PortalError) return error;
  const code = storageCode(error);
  if (code === undefined) return error;
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return databaseBusy(error);
  // A full disk also shows as the shared-memory file that cannot grow, a limit on file size as EFBIG.
  if (/^(SQLITE_FULL|SQLITE_IOERR_SHMSIZE|ENOSPC|EDQUOT|EFBIG)$/.test(code)) return storageFull(error);
  if (/^(SQLITE_READONLY|EROFS$|EACCES$|EPERM$|SQLITE_PERM|SQLITE_CANTOPEN)/.test(code)) return storageReadOnly(error);
  if (/^(EMFILE|ENFILE)$/.test(code)) return outOfFiles(error);
  if (/^(SQLITE_CORRUPT|SQLITE_NOTADB)/.test(code)) return databaseDamaged(error);
  if (/^(SQLITE_IOERR|EIO$|ENODEV$|ENXIO$)/.test(code)) return storageFailed(error);
  return error;
}
