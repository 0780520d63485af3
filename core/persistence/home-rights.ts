import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { PortalError } from '../api/index.js';

/** Whether the system refused something to the user of this process. */
export const isRefusal = (error: unknown): boolean => ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException)?.code ?? '');

/**
 * Whoever may not use a data directory is told so before anything is tried in it. One that is not there yet is nobody's; one's own that cannot
 * be written to is no question of the user, and said as `storage-read-only` by what tries it.
 * @throws PortalError `home-not-yours`
 */
export function checkHomeRights(home: string): void {
  try {
    accessSync(home, constants.R_OK | constants.X_OK | (isOwn(home) ? 0 : constants.W_OK));
  } catch (error) {
    if (isRefusal(error)) throw homeNotYours(home, error);
  }
}

/** Whether this user owns a data directory and may look into it: what is refused there is then no question of whose it is. */
export function isOwn(home: string): boolean {
  try {
    accessSync(home, constants.R_OK | constants.X_OK);
    return statSync(home).uid === process.getuid?.();
  } catch {
    return false;
  }
}

export function homeNotYours(home: string, cause: unknown): PortalError {
  const user = process.getuid?.() ?? 'of this process';
  return new PortalError(
    'home-not-yours',
    `The user ${user} may not use the data directory ${home}${ownerOf(home)}. Run this as the user that the portal runs as, or set PORTICO_HOME to another directory.`,
    { status: 503, expose: false, details: { home }, cause },
  );
}

/** Of the directory, or of the nearest one above it that can be looked at. */
function ownerOf(path: string): string {
  try {
    const { uid } = statSync(path);
    return uid === process.getuid?.() ? '' : `, which belongs to the user ${uid}`;
  } catch {
    return dirname(path) === path ? '' : ownerOf(dirname(path));
  }
}
