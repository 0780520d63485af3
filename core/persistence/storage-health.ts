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

  get state(): StorageState {
    if (!this.failure) return { writable: true, ...(this.reserve.restore() ? {} : { full: true }) };
    return { writable: false, code: this.failure.code, message: this.failure.message };
  }

  /** @throws PortalError `storage-failed` once storage has failed. */
  assertWritable(): void {
    if (this.failure) throw this.failure;
  }

  /** Before what takes little room. */
  beforeWriting(): void {
    this.assertWritable();
    this.reserve.look();
  }

  /** Before what takes much. @throws PortalError `storage-full` while the disk is full. */
  beforeStoring(): void {
    this.beforeWriting();
    if (!this.reserve.restore()) throw storageFull();
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
