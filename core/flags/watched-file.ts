import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Disposable } from '../api/index.js';
import { FolderWatcher } from '../util/folder-watcher.js';
import { every } from '../util/index.js';

/** What a look at a file found. */
export type WatchedContent = { readonly text: string } | { readonly missing: true } | { readonly failure: string };

/** How a file is watched; all in milliseconds. */
export interface WatchIntervals {
  /** Quiet time after a change before the file is read, so that a half-written file is rarely seen. */
  readonly settle: number;
  /** How often the file is looked at in any case: file systems in containers and on networks tell of nothing. */
  readonly poll: number;
}

const defaultTimes: WatchIntervals = { settle: 60, poll: 2000 };

/**
 * Follows the text of one file through edits, atomic renames and deletion. The folder is watched, not the file: an editor that
 * writes a new file over the old one would leave a watcher of the file watching nothing.
 */
export class WatchedFile implements Disposable {
  private readonly watcher: FolderWatcher;
  private settling: NodeJS.Timeout | undefined;
  private readonly polling: Disposable;
  private signature = '';
  private running: Promise<void> = Promise.resolve();
  private disposed = false;

  /** @param onChange told the whole text after each change, or why there is none. */
  constructor(
    private readonly file: string,
    private readonly onChange: (content: WatchedContent) => void,
    private readonly times: WatchIntervals = defaultTimes,
  ) {
    this.watcher = new FolderWatcher(dirname(file), (name) => {
      if (name === null || name === basename(file)) this.settle();
    });
    this.polling = every(times.poll, () => this.check());
  }

  /** Reads the file now if it changed since the last look; also the first read. */
  check(): Promise<void> {
    this.watcher.begin();
    this.running = this.running.then(() => this.readIfChanged());
    return this.running;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    clearTimeout(this.settling);
    this.watcher.dispose();
    await this.polling.dispose();
    await this.running;
  }

  private settle(): void {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => void this.check(), this.times.settle);
    this.settling.unref();
  }

  private async readIfChanged(): Promise<void> {
    const signature = await this.look();
    if (this.disposed || signature === this.signature) return;
    this.signature = signature;
    const content = signature === 'absent' ? { missing: true as const } : await this.read();
    if (!this.disposed) this.onChange(content);
  }

  private async read(): Promise<WatchedContent> {
    try {
      return { text: await readFile(this.file, 'utf8') };
    } catch (error) {
      return { failure: error instanceof Error ? error.message : String(error) };
    }
  }

  private async look(): Promise<string> {
    try {
      const facts = await stat(this.file, { bigint: true });
      return `${facts.ino}:${facts.size}:${facts.mtimeNs}:${facts.ctimeNs}`;
    } catch {
      return 'absent';
    }
  }
}
