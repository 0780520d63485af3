import type { Log, PortalError } from '../api/index.js';

/** What the portal says about its storage: whether it still writes, and if not, why. */
export interface StorageState {
  readonly writable: boolean;
  readonly code?: string;
  readonly message?: string;
}

/**
 * One per data directory, shared by the writer and the blob store. After a failed write or fsync nobody knows what the disk
 * holds (a second fsync would lie), so the first such failure stops all writing until a restart has looked again.
 */
export class StorageHealth {
  private failure: PortalError | undefined;

  constructor(private readonly log: Log) {}

  get state(): StorageState {
    if (!this.failure) return { writable: true };
    return { writable: false, code: this.failure.code, message: this.failure.message };
  }

  /** @throws PortalError `storage-failed` once storage has failed. */
  assertWritable(): void {
    if (this.failure) throw this.failure;
  }

  fail(failure: PortalError): void {
    if (this.failure) return;
    this.failure = failure;
    this.log.error('Storage failed: nothing is written any more until the portal is restarted.', { error: failure });
  }
}
