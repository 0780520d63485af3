import { type FSWatcher, watch } from 'node:fs';
import type { Disposable } from '../api/index.js';

/**
 * Tells that something in a folder may have changed. Some file systems tell of nothing, and a system may be out of watchers, so whoever needs to
 * know looks from time to time in any case, and calls `begin` then: it watches again where that has come to an end.
 */
export class FolderWatcher implements Disposable {
  private watcher: FSWatcher | undefined;
  private isOver = false;

  /** @param onChange told the name of a file in the folder, where the system says it. */
  constructor(
    private readonly folder: string,
    private readonly onChange: (name: string | null) => void,
  ) {}

  begin(): void {
    if (this.watcher || this.isOver) return;
    try {
      this.watcher = watch(this.folder, { persistent: false }, (_event, name) => this.onChange(name));
      this.watcher.on('error', () => this.end());
    } catch {
      // The folder is not there, or the system is out of watchers.
      this.watcher = undefined;
    }
  }

  dispose(): void {
    this.isOver = true;
    this.end();
  }

  private end(): void {
    this.watcher?.close();
    this.watcher = undefined;
  }
}
