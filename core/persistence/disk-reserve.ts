import { randomFillSync } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Log } from '../api/index.js';

const chunkBytes = 256 * 1024;

/** Between two attempts to hold it again that the file system did not foresee to fail. */
const tryMillis = 1000;

/** One transaction may bind so much, while the disk is full, and no more than an eighth of the reserve. */
const smallBytes = 64 * 1024;

/**
 * Room that is held free for the day on which the disk is full: deleting writes, too. When there is no room, the file that holds it is
 * taken away. Then files are refused, and rows that are not small; half of the room is for small rows, such as the session of who signs in
 * to delete, and the other half for deleting alone. Once there is room again, it is held again.
 *
 * A quota is a full disk that does not say so: the file system tells how much room the disk has. So before a first row is deleted it is
 * tried out whether there is room for that, and holding again means that more than the reserve could be written. What the database took
 * since the release is measured by its files. The bytes are random, so that no file system stores them as nothing.
 */
export class DiskReserve {
  private readonly file: string;
  private readonly bytes: number;
  private held = false;
  /** Size of the database, with its log, when the reserve was given up. */
  private sizeAtRelease = 0;
  private nextTry = 0;

  /** @param wanted bytes; on a small disk no more than a sixteenth of what is free at the start. */
  constructor(
    private readonly home: string,
    wanted: number,
    private readonly log: Log,
    private readonly clock: Clock,
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

  /** Bytes that one transaction may bind to its statements while the reserve is given up. */
  get smallBytes(): number {
    return Math.min(smallBytes, Math.floor(this.bytes / 8));
  }

  /** True while half of what was given up is used: the rest is for deleting. */
  get isScarce(): boolean {
    if (this.held) return false;
    return this.free() < this.bytes / 2 || this.databaseSize() - this.sizeAtRelease > this.bytes / 2;
  }

  /** Before something is deleted: finds out whether that has room, whatever the file system says, and gives up the reserve when it has not. */
  tryRoom(): void {
    if (this.held && !this.write(`${this.file}.try`, Math.min(chunkBytes, this.bytes / 2))) this.release();
    rmSync(`${this.file}.try`, { force: true });
  }

  /** Looks before a write, so that the first one that would fail does not. */
  look(): void {
    if (this.held && this.free() < this.bytes / 2) this.release();
  }

  release(): void {
    if (!this.held) return;
    this.held = false;
    this.sizeAtRelease = this.databaseSize();
    rmSync(this.file, { force: true });
    this.log.error('The disk is full. What was held in reserve is given up so that people can delete; files are refused.', {
      home: this.home,
    });
  }

  /** Holds it again when there is room; answers whether it is held. Where the file system tells of room that is not there, it is tried now and then. */
  restore(): boolean {
    if (this.held) return true;
    if (this.free() < 1.5 * this.bytes || this.clock.monotonic() < this.nextTry) return false;
    this.held = this.hold(this.bytes / 2);
    if (!this.held) this.nextTry = this.clock.monotonic() + tryMillis;
    if (this.held) this.log.info('There is room on the disk again.', { home: this.home });
    return this.held;
  }

  private free(): number {
    const { bavail, bsize } = statfsSync(this.home);
    return bavail * bsize;
  }

  private databaseSize(): number {
    const sizes = ['portico.db', 'portico.db-wal'].map(
      (name) => statSync(join(this.home, name), { throwIfNoEntry: false })?.size ?? 0,
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** @param more bytes beyond those that are held, which must have room as well. */
  private hold(more = 0): boolean {
    return this.write(this.file, this.bytes + more, this.bytes);
  }

  /** Writes a file of so many bytes and leaves the first of them; false, and no file, when there is no room for all. */
  private write(path: string, bytes: number, left = bytes): boolean {
    let file: number | undefined;
    try {
      file = openSync(path, 'w', 0o600);
      const chunk = randomFillSync(Buffer.allocUnsafe(Math.min(chunkBytes, Math.ceil(bytes))));
      for (let rest = Math.ceil(bytes); rest > 0; ) rest -= writeSync(file, chunk, 0, Math.min(rest, chunk.length));
      ftruncateSync(file, left);
      return true;
    } catch {
      rmSync(path, { force: true });
      return false;
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }
}
