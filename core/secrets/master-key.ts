import { hkdfSync, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { PortalError } from '../api/index.js';

export interface MasterKey {
  /** Names the key in what it sealed; says nothing about the key. */
  readonly id: string;
  readonly bytes: Buffer;
}

const keyBytes = 32;

/** @throws PortalError `master-key-invalid` unless the text is 32 bytes in base64. */
export function parseMasterKey(text: string, source: string): MasterKey {
  const trimmed = text.trim();
  const bytes = Buffer.from(trimmed, 'base64');
  const canonical =
    bytes.toString('base64').replace(/=+$/, '') === trimmed.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
  if (bytes.length !== keyBytes || !canonical) {
    throw new PortalError(
      'master-key-invalid',
      `${source} must be 32 bytes in base64, for example from: openssl rand -base64 32`,
    );
  }
  return { id: Buffer.from(hkdfSync('sha256', bytes, '', 'portico key id', 6)).toString('hex'), bytes };
}

export type KeyFile = 'master.key' | 'master.key.previous';

export function readKeyFile(home: string, name: KeyFile = 'master.key'): MasterKey | undefined {
  const path = join(home, name);
  try {
    const key = parseMasterKey(readFileSync(path, 'utf8'), `The key file ${path}`);
    // A restored backup may have opened it to others.
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes the key file whole or not at all, and never over another one. */
export function makeKeyFile(home: string): MasterKey {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const text = randomBytes(keyBytes).toString('base64');
  const draft = `${keyPath(home)}.${randomBytes(6).toString('hex')}`;
  try {
    writeFlushed(draft, `${text}\n`);
    linkSync(draft, keyPath(home));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  flush(home);
  return readKeyFile(home) ?? parseMasterKey(text, 'The key file');
}

/**
 * Puts a new key into the key file; the former one stays beside it as `master.key.previous`. Stopped at any point, the file in place is
 * whole, and the key that sealed everything so far is in one of the two.
 */
export function replaceKeyFile(home: string): MasterKey {
  const previous = join(home, 'master.key.previous');
  try {
    linkSync(keyPath(home), previous);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // Left by a rotation that was stopped between two steps; anything else there must not cost the key in force.
    if (!readFileSync(previous).equals(readFileSync(keyPath(home))))
      throw new PortalError('master-key-invalid', `Another key lies in ${previous}. Move it away first.`, { status: 409 });
  }
  flush(home);
  const draft = join(home, 'master.key.next');
  const text = randomBytes(keyBytes).toString('base64');
  rmSync(draft, { force: true });
  writeFlushed(draft, `${text}\n`);
  renameSync(draft, keyPath(home));
  flush(home);
  return parseMasterKey(text, 'The key file');
}

export function forgetPreviousKeyFile(home: string): void {
  rmSync(join(home, 'master.key.previous'), { force: true });
  flush(home);
}

const keyPath = (home: string): string => join(home, 'master.key');

function writeFlushed(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function flush(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
