import type { Readable } from 'node:stream';
import { BlobStore, inject, injectable, PortalError, type StoredBlob } from '@portico/core';
import { DocumentLimits } from './document-limits.js';
import { type FileFacts, FileTypes } from './file-types.js';
import { SiteStorage, type StorageRequest } from './site-storage.js';

/** A file that is safe on disk and waits for the transaction that keeps it. */
export interface Received {
  readonly blob: StoredBlob;
  readonly facts: FileFacts;
}

/** Takes the bytes of a file that was let in, and says by them what it is. Whatever fails takes its bytes with it. */
@injectable()
export class FileReceiving {
  constructor(
    @inject(BlobStore) private readonly blobs: BlobStore,
    @inject(FileTypes) private readonly types: FileTypes,
    @inject(DocumentLimits) private readonly limits: DocumentLimits,
    @inject(SiteStorage) private readonly storage: SiteStorage,
  ) {}

  /**
   * @param room bytes that the site has left; reading stops where there is no room for more.
   * @throws PortalError `too-large` (413), `quota-exceeded` (413), `wrong-type` (415), and what the blob store throws.
   */
  async receive(content: Readable | Uint8Array, wanted: StorageRequest, room: number): Promise<Received> {
    const blob = await this.store(content, wanted, room);
    try {
      return { blob, facts: await this.types.decide(blob, wanted.name) };
    } catch (error) {
      await this.discard(blob);
      throw error;
    }
  }

  /** Takes back what is not kept after all. */
  async discard({ id }: StoredBlob): Promise<void> {
    await this.blobs.discard(id);
  }

  private async store(content: Readable | Uint8Array, wanted: StorageRequest, room: number): Promise<StoredBlob> {
    const { maxFileBytes, maxFileMegabytes } = this.limits;
    try {
      return await this.blobs.store(content, { maxBytes: Math.min(maxFileBytes, room) });
    } catch (error) {
      if (!(error instanceof PortalError) || error.code !== 'too-large') throw error;
      if (room < maxFileBytes) throw this.storage.exceeded(wanted);
      throw new PortalError('too-large', `${wanted.name} is too large. A file can have at most ${maxFileMegabytes} MB.`, {
        status: 413,
        cause: error,
      });
    }
  }
}
