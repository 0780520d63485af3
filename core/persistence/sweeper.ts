import { unlinkSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Clock, type Disposable, type Log, toDisposable } from '../api/index.js';
import { pages, yieldToEventLoop } from '../util/index.js';
import { type BlobPaths, isBlobId } from './blob-paths.js';
import type { StatementCache } from './statement-cache.js';
import type { Writer } from './writer.js';

export interface SweepIntervals {
  readonly firstMillis: number;
  readonly everyMillis: number;
}

/** Sweeps in the background, never two sweeps at once. A sweep that fails is logged and tried again at its next time. */
export function startSweeping(sweeper: Sweeper, log: Log, times: SweepIntervals | false): Disposable {
  if (times === false) return toDisposable(() => undefined);
  let timer: NodeJS.Timeout;
  let stopped = false;
  const schedule = (millis: number): void => {
    timer = setTimeout(() => void run(), millis);
    timer.unref();
  };
  const run = async (): Promise<void> => {
    try {
      await sweeper.sweep();
    } catch (error) {
      if (!stopped) log.error('Unused files could not be swept.', { error });
    }
    if (!stopped) schedule(times.everyMillis);
  };
  schedule(times.firstMillis);
  return toDisposable(() => {
    stopped = true;
    clearTimeout(timer);
  });
}

/** What a sweep found and did. */
export interface SweepReport {
  /** Blob files that no row points to, taken away. */
  readonly removedBlobs: number;
  /** Leftovers of uploads that never ended, taken away. */
  readonly removedStaging: number;
  /** Ids of rows whose file is missing; the rows stay. */
  readonly missing: readonly string[];
}

const pageSize = 500;

/**
 * Takes away files that nothing points to, once they are older than the grace period: those of transactions that failed, of documents that
 * were deleted, and what uploads left in staging. First it looks without holding anybody up; then, page by page and while nothing else writes,
 * it looks again and deletes, because a transaction may have kept one of them meanwhile. A row whose file is missing is reported and stays: it
 * is what a backup can mend. A row is never touched.
 */
export class Sweeper {
  constructor(
    private readonly paths: BlobPaths,
    private readonly reading: StatementCache,
    private readonly writer: Writer,
    private readonly clock: Clock,
    private readonly log: Log,
    readonly graceMillis: number,
  ) {}

  async sweep(): Promise<SweepReport> {
    const removedStaging = await this.sweepStaging();
    let removedBlobs = 0;
    for await (const files of this.unreferenced()) removedBlobs += await this.remove(files);
    const missing: string[] = [];
    for await (const id of this.rowsWithoutFile()) missing.push(id);
    if (missing.length > 0) {
      this.log.error('Rows point to blobs that are missing. Restore them from a backup; see `portico doctor`.', {
        count: missing.length,
        blobs: missing.slice(0, 20),
      });
    }
    if (removedBlobs + removedStaging > 0) this.log.info('Unused files were swept.', { removedBlobs, removedStaging });
    return { removedBlobs, removedStaging, missing };
  }

  /** Blob files without a row that are older than the grace period, a folder at a time. */
  async *unreferenced(): AsyncGenerator<string[]> {
    for (const outer of await list(this.paths.root)) {
      if (!/^[0-9a-f]{2}$/.test(outer)) continue;
      for (const inner of await list(join(this.paths.root, outer))) {
        const folder = join(this.paths.root, outer, inner);
        const ids = (await list(folder)).filter(isBlobId);
        for (let at = 0; at < ids.length; at += pageSize) {
          await yieldToEventLoop();
          const page = ids.slice(at, at + pageSize);
          const kept = this.rowsAmong(page);
          const old = await this.olderThanGrace(page.filter((id) => !kept.has(id)).map((id) => join(folder, id)));
          if (old.length > 0) yield old;
        }
      }
    }
  }

  /** Ids of rows without a file. Rows come in the order of time, so each folder is read about once. */
  async *rowsWithoutFile(): AsyncGenerator<string> {
    let folder = '';
    let names = new Set<string>();
    const page = `SELECT id FROM portico_blob WHERE id > ? ORDER BY id LIMIT ${pageSize}`;
    const read = (after: string): readonly { readonly id: string }[] => this.reading.all(page, [after]);
    for await (const rows of pages(read, ({ id }) => id))
      for (const { id } of rows) {
        const its = this.paths.folderOf(id);
        if (its !== folder || !names.has(id)) names = new Set(await list(its));
        folder = its;
        if (!names.has(id) && this.rowsAmong([id]).size > 0) yield id;
      }
  }

  private rowsAmong(ids: readonly string[]): Set<string> {
    const rows = this.reading.all<{ id: string }>('SELECT id FROM portico_blob WHERE id IN (SELECT value FROM json_each(?))', [
      JSON.stringify(ids),
    ]);
    return new Set(rows.map((row) => row.id));
  }

  /** While nothing else writes, so that no transaction keeps a blob between the look and the deletion. */
  private remove(files: readonly string[]): Promise<number> {
    return this.writer.exclusively(async () => {
      const kept = this.rowsAmong(files.map((file) => basename(file)));
      const unused = files.filter((file) => !kept.has(basename(file)));
      for (const file of unused) unlinkSync(file);
      return unused.length;
    });
  }

  private async sweepStaging(): Promise<number> {
    const files = (await list(this.paths.staging)).map((name) => join(this.paths.staging, name));
    const old = await this.olderThanGrace(files);
    for (const file of old) unlinkSync(file);
    return old.length;
  }

  private async olderThanGrace(files: readonly string[]): Promise<string[]> {
    const before = this.clock.now().getTime() - this.graceMillis;
    const old: string[] = [];
    for (const file of files) {
      const found = await stat(file).catch(() => undefined);
      if (found?.isFile() && found.mtimeMs < before) old.push(file);
    }
    return old;
  }
}

async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
