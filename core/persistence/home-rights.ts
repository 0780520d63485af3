import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { PortalError } from '../api/index.js';

/** Whether the system refused something to the user of this process. */
export const isRefusal = (error: unknown): boolean => ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException)?.code ?? '');

/** Whoever may not use a data directory is told so before anything is tried in it. One that is not there yet is nobody's. @throws PortalError `home-not-yours` */
export function checkHomeRights(home: string): void {
  try {
    accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (isRefusal(error)) throw homeNotYours(home, error);
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
