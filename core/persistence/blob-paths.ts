import { join } from 'node:path';
import { PortalError } from '../api/index.js';

/** Ids within a text. */
export const blobIds = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;

const idPattern = new RegExp(`^${blobIds.source}$`);

export const isBlobId = (name: string): boolean => idPattern.test(name);

export function blobMissing(id: string, cause?: unknown): PortalError {
  return new PortalError('blob-missing', 'The content of this file is missing.', { status: 500, details: { blob: id }, cause });
}

/**
 * Where blobs lie: `blobs/ab/cd/<id>`, where `abcd` are the third to sixth digits of the UUIDv7, which count hours: neighbours in
 * time share a folder, so that few folders are made and flushed, and none holds more than some hours of uploads.
 */
export class BlobPaths {
  readonly root: string;
  readonly staging: string;

  constructor(home: string) {
    this.root = join(home, 'blobs');
    this.staging = join(this.root, 'staging');
  }

  /** @throws PortalError `blob-missing` for what is no id: ids never become other paths. */
  folderOf(id: string): string {
    if (!isBlobId(id)) throw blobMissing(id);
    return join(this.root, id.slice(2, 4), id.slice(4, 6));
  }

  pathOf(id: string): string {
    return join(this.folderOf(id), id);
  }

  stagingPathOf(id: string): string {
    return join(this.staging, id);
  }
}
