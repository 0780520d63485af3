import { randomFillSync } from 'node:crypto';
import { closeSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../api/index.js';

const chunkBytes = 256 * 1024;

/**
 * Room that is held free for the day on which the disk is full: deleting writes, too. When there is no room, the file that holds it is
 * taken away, and small writes go on; files are refused until there is room to hold it again. Its bytes are random, so that no file
 * system stores them as nothing.
 */
export class DiskReserve {
  private readonly file: string;
  private readonly bytes: number;
  private held = false;

  /** @param wanted bytes; on a small disk no more than a sixteenth of what is free at the start. */
  constructor(
    private readonly home: string,
    wanted: number,
    private readonly log: Log,
  ) {
    this.file = join(home, 'disk.reserve');
    const there = statSync(this.file, { throwIfNoEntry: false });
    this.held = there !== undefined && there.size > 0 && there.blocks * 512 >= there.size;
    this.bytes = this.held ? (there?.size ?? wanted) : Math.min(wanted, Math.floor(this.free() / 16));
    if (!this.held) this.held = this.hold();
    if (!this.held) this.log.error('There is hardly any room on the disk: only what takes none can be saved.', { home });
  }

  /** True while what takes room is refused. */
  get isReleased(): boolean {
    return !this.held;
  }

  /** Looks before a write, so that the first one that would fail does not. */
  look(): void {
    if (this.held && this.free() < this.bytes / 2) this.release();
  }

  release(): void {
    if (!this.held) return;
    this.held = false;
    rmSync(this.file, { force: true });
    this.log.error('The disk is full. What was held in reserve is given up so that people can delete; files are refused.', {
      home: this.home,
    });
  }

  /** Holds it again when there is room; answers whether it is held. */
  restore(): boolean {
    if (this.held) return true;
    this.held = this.free() >= 1.5 * this.bytes && this.hold();
    if (this.held) this.log.info('There is room on the disk again.', { home: this.home });
    return this.held;
  }

  private free(): number {
    const { bavail, bsize } = statfsSync(this.home);
    return bavail * bsize;
  }

  private hold(): boolean {
    let file: number | undefined;
    try {
      file = openSync(this.file, 'w', 0o600);
      const chunk = randomFillSync(Buffer.allocUnsafe(Math.min(chunkBytes, this.bytes)));
      for (let left = this.bytes; left > 0; ) left -= writeSync(file, chunk, 0, Math.min(left, chunk.length));
      return true;
    } catch {
      rmSync(this.file, { force: true });
      return false;
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }
}
