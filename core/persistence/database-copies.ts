import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { type Clock, type Log, PortalError } from '../api/index.js';
import { syncFolder } from './folder-sync.js';
import { storageCode } from './storage-errors.js';

export interface DatabaseCopiesDependencies {
  readonly connection: Database.Database;
  readonly home: string;
  /** Of the portal that is about to change the tables. */
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly protect: Protect;
}

/** Runs what must not be cut off: rows are copied in turns of the event loop that take as long as they take. */
export type Protect = <T>(work: () => Promise<T>) => Promise<T>;

/** How many are kept, the newest. */
const kept = 3;
const ending = '.db';
const unfinished = '.partial';
/** Between them the event loop turns. */
const pagesAtOnce = 2000;

/**
 * Copies of the database from before its tables were changed, in `copies` of the data directory: `<time>-before-<version>.db`. While the portal
 * opens one serves all modules; later each change has one of its own. Nothing is changed of which there is no copy.
 */
export class DatabaseCopies {
  private readonly folder: string;
  private opening = true;
  private taken: Promise<void> | undefined;
  private failure: PortalError | undefined;

  constructor(private readonly dependencies: DatabaseCopiesDependencies) {
    this.folder = join(dependencies.home, 'copies');
  }

  /** Called while nothing else writes. @throws PortalError `copy-failed`; the database is as it was. */
  take(): Promise<void> {
    if (!this.opening) return this.copy();
    this.taken ??= this.copy();
    return this.taken;
  }

  /** One copy, made now, serves all changes of the work. @throws PortalError `copy-failed`; nothing has been changed. */
  async before<T>(work: () => Promise<T>): Promise<T> {
    this.taken = this.copy();
    this.opening = true;
    try {
      await this.taken;
      return await work();
    } finally {
      this.opening = false;
      this.taken = undefined;
      this.failure = undefined;
    }
  }

  /** The portal has opened. @throws PortalError `copy-failed` when a module could not be brought up to date for want of a copy. */
  opened(): void {
    this.opening = false;
    if (this.failure) throw this.failure;
  }

  private async copy(): Promise<void> {
    const { clock, log, version } = this.dependencies;
    const began = clock.monotonic();
    const name = `${clock.now().toISOString().replaceAll(/[:.]/g, '-')}-before-${version}`;
    const partial = join(this.folder, name + unfinished);
    const file = join(this.folder, name + ending);
    try {
      await this.dependencies.protect(() => this.write(partial));
      await rename(partial, file);
      await syncFolder(this.folder);
    } catch (error) {
      await rm(partial, { force: true }).catch(() => undefined);
      const failure = this.explain(error);
      this.failure ??= failure;
      throw failure;
    }
    const copies = readdirSync(this.folder).filter((other) => other.endsWith(ending));
    const old = copies.sort().slice(0, -kept);
    this.remove((other) => old.includes(other));
    log.info('The database was copied before its tables are changed.', {
      copy: file,
      millis: Math.round(clock.monotonic() - began),
    });
  }

  private async write(file: string): Promise<void> {
    this.assertRoom();
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    this.remove((other) => other.endsWith(unfinished));
    // SQLite would make it readable to everybody.
    closeSync(openSync(file, 'wx', 0o600));
    await this.dependencies.connection.backup(file, { progress: () => pagesAtOnce });
    const handle = await open(file, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  private assertRoom(): void {
    const { bavail, bsize } = statfsSync(this.dependencies.home);
    if (bavail * bsize < this.size) throw Object.assign(new Error('There is no room for a copy.'), { code: 'ENOSPC' });
  }

  /** Bytes of the database. */
  private get size(): number {
    const [pages, bytes] = ['page_count', 'page_size'].map(
      (name) => this.dependencies.connection.pragma(name, { simple: true }) as number,
    );
    return (pages ?? 0) * (bytes ?? 0);
  }

  private remove(which: (name: string) => boolean): void {
    for (const name of readdirSync(this.folder)) if (which(name)) rmSync(join(this.folder, name), { force: true });
  }

  private explain(cause: unknown): PortalError {
    const code = storageCode(cause);
    const isFull = ['ENOSPC', 'EDQUOT', 'EFBIG', 'SQLITE_FULL'].includes(code ?? '');
    const why = isFull ? 'there is no room for it' : `it cannot be written (${code ?? (cause as Error).message})`;
    const remedy = isFull
      ? `Free ${Math.ceil(this.size / 1_000_000)} MB on that disk`
      : 'See to it that the folder can be written to';
    return new PortalError(
      'copy-failed',
      `Before its tables are changed, the database is copied to ${this.folder}, and ${why}. Nothing was changed. ${remedy}, then start the portal again.`,
      { status: 507, expose: false, details: { folder: this.folder }, cause },
    );
  }
}
