import { randomFillSync } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Log } from '../api/index.js';

const chunkBytes = 256 * 1024;

/** Between two attempts to find out what the file system does not say, or says wrongly. */
const tryMillis = 1000;

/** Less than this is no reserve: deletions would use it up at once. */
const leastBytes = 64 * 1024;

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
  /** Of the reserve that is held, or that was given up. */
  private bytes: number;
  private held = false;
  /** Size of the database, with its log, when the reserve was given up. */
  private sizeAtRelease = 0;
  private nextTry = 0;
  /** Until when it is known, by monotonic time, that there is room for deleting. */
  private roomUntil = 0;
  /** There was no room, although the file system told of it. */
  private isQuota = false;

  /** @param wanted bytes; on a small disk no more than a sixteenth of what is free. */
  constructor(
    private readonly home: string,
    private readonly wanted: number,
    private readonly log: Log,
    private readonly clock: Clock,
  ) {
    this.file = join(home, 'disk.reserve');
    const there = statSync(this.file, { throwIfNoEntry: false });
    const before = there !== undefined && there.blocks * 512 >= there.size ? there.size : 0;
    // What a full disk once left of it is no measure of today, and what is there is not given away while others fill the disk.
    this.bytes = Math.max(this.fitting(before), Math.min(wanted, before));
    this.held = before >= leastBytes && before === this.bytes;
    for (const bytes of new Set([this.bytes, Math.max(before, leastBytes)])) {
      if (this.held) break;
      this.bytes = bytes;
      this.held = this.hold();
    }
    if (!this.held) this.log.error('There is hardly any room on the disk: only what takes none can be saved.', { home });
  }

  /** True while what takes room is refused. */
  get isReleased(): boolean {
    return !this.held;
  }

  /** What the next who looks would find: reads alone. Where the file system tells of room that is not there, only an attempt finds out. */
  get isFull(): boolean {
    return this.held ? this.free() < this.bytes / 2 : this.isQuota || this.free() < 1.5 * this.bytes;
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

  /**
   * Before something is deleted: finds out whether that has room, whatever the file system says, and gives up the reserve when it has not. What was found out
   * holds for a second: many transactions delete something.
   */
  tryRoom(): void {
    const now = this.clock.monotonic();
    if (!this.held || now < this.roomUntil) return;
    const path = `${this.file}.try`;
    if (this.write(path, Math.min(chunkBytes, this.bytes / 2))) this.roomUntil = now + tryMillis;
    else this.release();
    rmSync(path, { force: true });
  }

  /** Looks before a write, so that the first one that would fail does not. */
  look(): void {
    if (this.held && this.isFull) this.release();
  }

  release(): void {
    if (!this.held) return;
    this.held = false;
    this.isQuota = this.free() >= 1.5 * this.bytes;
    this.sizeAtRelease = this.databaseSize();
    rmSync(this.file, { force: true });
    this.log.error('The disk is full. What was held in reserve is given up so that people can delete; files are refused.', {
      home: this.home,
    });
  }

  /** Holds it again when there is room; answers whether it is held. Where the file system tells of room that is not there, it is tried now and then. */
  restore(): boolean {
    if (this.held) return true;
    // What was given up itself has made room: there must be more than that, and of a disk that has grown it is held what is wanted.
    // Under a quota only what was given up may fit.
    const released = this.bytes;
    if (this.free() < 1.5 * released || this.clock.monotonic() < this.nextTry) return false;
    for (const bytes of new Set([Math.max(released, this.fitting()), released])) {
      this.bytes = bytes;
      this.held = this.free() >= 1.5 * bytes && this.hold(bytes / 2);
      if (this.held) break;
    }
    this.isQuota = !this.held;
    if (!this.held) this.nextTry = this.clock.monotonic() + tryMillis;
    if (this.held) this.log.info('There is room on the disk again.', { home: this.home });
    return this.held;
  }

  /** Bytes for which there is room on the disk of today, with those that a reserve has now. */
  private fitting(before = 0): number {
    return Math.max(leastBytes, Math.min(this.wanted, Math.floor((this.free() + before) / 16)));
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
    if (this.free() >= leastBytes) return this.write(this.file, this.bytes + more, this.bytes);
    rmSync(this.file, { force: true });
    return false;
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
