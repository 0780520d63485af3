import type { Log, PortalError } from '../api/index.js';
import type { DiskReserve } from './disk-reserve.js';
import { storageFull } from './storage-errors.js';

/** What the portal says about its storage: whether it still writes, and if not, why. */
export interface StorageState {
  readonly writable: boolean;
  readonly code?: string;
  readonly message?: string;
  /** True while the disk is full: deleting works, files are refused. */
  readonly full?: true;
}

/**
 * One per data directory, shared by the writer and the blob store. After a failed write or fsync nobody knows what the disk
 * holds (a second fsync would lie), so the first such failure stops all writing until a restart has looked again.
 */
export class StorageHealth {
  private failure: PortalError | undefined;

  constructor(
    private readonly log: Log,
    private readonly reserve: DiskReserve,
  ) {}

  /** Changes nothing, whoever asks and however often. */
  get state(): StorageState {
    if (!this.failure) return { writable: true, ...(this.reserve.isFull ? { full: true } : {}) };
    return { writable: false, code: this.failure.code, message: this.failure.message };
  }

  /** @throws PortalError `storage-failed` once storage has failed. */
  assertWritable(): void {
    if (this.failure) throw this.failure;
  }

  /** Before what takes little room. */
  beforeWriting(): void {
    this.assertWritable();
    this.lookForRoom();
  }

  /** Gives up the reserve, or holds it again; now and then also while nobody writes. */
  lookForRoom(): void {
    if (this.failure) return;
    this.reserve.look();
    this.reserve.restore();
  }

  /** Before what takes much. @throws PortalError `storage-full` while the disk is full. */
  beforeStoring(): void {
    this.beforeWriting();
    if (this.reserve.isReleased) throw storageFull();
  }

  /** Bytes that one transaction may bind to its statements; undefined while the disk is not full. */
  get mostBytes(): number | undefined {
    return this.reserve.isReleased ? this.reserve.smallBytes : undefined;
  }

  /** True while what room there is, is kept for deleting. */
  get isScarce(): boolean {
    return this.reserve.isScarce;
  }

  /** Before a first row is deleted, so that there is room for it. */
  beforeDeleting(): void {
    this.reserve.tryRoom();
  }

  /** There was no room for something. */
  full(): void {
    this.reserve.release();
  }

  fail(failure: PortalError): void {
    if (this.failure) return;
    this.failure = failure;
    this.log.error('Storage failed: nothing is written any more until the portal is restarted.', { error: failure });
  }
}
