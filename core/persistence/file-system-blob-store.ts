import { statSync } from 'node:fs';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { type BlobStore, type Ids, type Log, PortalError, type StoredBlob } from '../api/index.js';
import { type BlobPaths, blobMissing } from './blob-paths.js';
import { stage } from './blob-staging.js';
import { BlobStream } from './blob-stream.js';
import { hashFile, VerifiedFiles } from './blob-verifier.js';
import type { Folders } from './folder-sync.js';
import { explainStorageError, isFinal, storageCode } from './storage-errors.js';
import type { StorageHealth } from './storage-health.js';

/** What the database knows about a blob. */
export type FindBlob = (id: string) => Pick<StoredBlob, 'size' | 'sha256'> | undefined;

export interface BlobStoreDependencies {
  readonly paths: BlobPaths;
  readonly folders: Folders;
  readonly find: FindBlob;
  readonly ids: Ids;
  readonly log: Log;
  readonly health: StorageHealth;
}

/** Blobs that nobody kept are forgotten, oldest first, and left to the sweeper. */
const pendingAtMost = 10_000;
/** Parts up to this size are read at once: a failure is then known before the first byte goes out. */
const readAtOnceBytes = 128 * 1024;
/** Blobs up to this size are hashed before they are first served, larger ones while they are. */
const hashFirstBytes = 8 * 1024 * 1024;

/**
 * Blobs as files; the database says which of them count.
 *
 * Bytes come in as a stream or whole, are written to a staging file, hashed and counted on the way, flushed, and only then renamed to the
 * path that belongs to their id: at that path a file is complete or not there. It counts once a transaction has kept its id (a row of
 * `portico_blob` with size and SHA-256); until then this process knows it as pending, and after a crash nobody does, and the sweeper takes it
 * after the grace period. What is served is compared with size and hash: before the first byte when it is small, while it goes out when it is
 * large, and a file found damaged is refused from then on. A blob is never written twice, never changed, and its file is never taken away
 * while a row names it.
 */
export class FileSystemBlobStore implements BlobStore {
  /** Stored in this process, not kept by a transaction yet. */
  private readonly pending = new Map<string, StoredBlob>();
  private readonly verified = new VerifiedFiles();
  private readonly verifying = new Map<string, Promise<void>>();

  constructor(private readonly dependencies: BlobStoreDependencies) {}

  async store(content: Readable | Uint8Array, limits: { readonly maxBytes: number }): Promise<StoredBlob> {
    const { paths, folders, health, ids } = this.dependencies;
    // A source that breaks before it is read is an upload cut off, not an error nobody hears. Reading it tells us later.
    if (content instanceof Readable) content.on('error', () => undefined);
    const id = ids.next();
    const staged = paths.stagingPathOf(id);
    const folder = paths.folderOf(id);
    try {
      health.beforeStoring();
      await folders.ensure(paths.staging);
      const ready = folders.ensure(folder);
      ready.catch(() => undefined);
      const blob = { id, ...(await stage(staged, content, limits.maxBytes)) };
      await ready;
      await rename(staged, paths.pathOf(id));
      await folders.flush(folder);
      this.remember(blob);
      return blob;
    } catch (error) {
      if (content instanceof Readable) content.destroy();
      throw this.explain(error);
    }
  }

  async discard(id: string): Promise<void> {
    // A commit whose flush failed may come back with the next start, and needs its blob then: the sweeper will know.
    if (!this.dependencies.health.state.writable || this.dependencies.find(id)) return;
    await this.remove(id);
  }

  async open(id: string, range?: { readonly start: number; readonly end: number }): Promise<Readable> {
    const expected = this.pending.get(id) ?? this.dependencies.find(id);
    if (!expected) throw blobMissing(id);
    const start = range?.start ?? 0;
    const end = Math.min((range?.end ?? expected.size - 1) + 1, expected.size);
    if (range && (start < 0 || start >= end)) throw notSatisfiable(expected.size);
    const file = await this.openFile(id);
    try {
      return await this.read(file, id, expected, start, end);
    } catch (error) {
      await file.close();
      // A sector that cannot be read is the trouble of this file, not of all writing.
      throw storageCode(error) === 'EIO' ? this.damaged(id) : explainStorageError(error);
    }
  }

  pathOf(id: string): string {
    return this.dependencies.paths.pathOf(id);
  }

  /** @throws PortalError `blob-missing` when the bytes that a transaction wants to keep are not there. */
  assertStored(blob: StoredBlob): void {
    const found = statSync(this.pathOf(blob.id), { throwIfNoEntry: false });
    if (found?.size !== blob.size) throw blobMissing(blob.id);
  }

  kept(id: string): void {
    this.pending.delete(id);
  }

  /** Takes the file away. Only for blobs without a row. */
  async remove(id: string): Promise<void> {
    this.pending.delete(id);
    this.verified.delete(id);
    try {
      await unlink(this.pathOf(id));
    } catch (error) {
      if (storageCode(error) !== 'ENOENT') throw this.explain(error);
    }
  }

  private remember(blob: StoredBlob): void {
    this.pending.set(blob.id, blob);
    if (this.pending.size <= pendingAtMost) return;
    for (const oldest of this.pending.keys()) {
      this.pending.delete(oldest);
      break;
    }
  }

  private async openFile(id: string): Promise<FileHandle> {
    try {
      return await open(this.pathOf(id), 'r');
    } catch (error) {
      if (storageCode(error) !== 'ENOENT') throw explainStorageError(error);
      this.dependencies.log.error('A blob that a row points to is missing.', { blob: id });
      throw blobMissing(id, error);
    }
  }

  private async read(
    file: FileHandle,
    id: string,
    expected: Pick<StoredBlob, 'size' | 'sha256'>,
    start: number,
    end: number,
  ): Promise<Readable> {
    const damaged = (): PortalError => this.damaged(id);
    const stats = await file.stat({ bigint: true });
    const verdict = this.verified.verdict(id, stats);
    if (Number(stats.size) !== expected.size || verdict === 'damaged') throw damaged();
    if (verdict === undefined) {
      const { sha256 } = expected;
      const judge = (whole: boolean): void => this.verified.judge(id, stats, whole ? 'whole' : 'damaged');
      if (expected.size <= hashFirstBytes) await this.verify(file, id, sha256, judge);
      else if (end - start === expected.size) return new BlobStream(file, { start, end, damaged, sha256, judge });
      else this.verifyLater(id, sha256, judge);
    }
    if (end - start > readAtOnceBytes) return new BlobStream(file, { start, end, damaged });
    const buffer = Buffer.allocUnsafe(end - start);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    if (bytesRead !== buffer.length) throw damaged();
    await file.close();
    return Readable.from(buffer.length > 0 ? [buffer] : [], { objectMode: false });
  }

  /** Those who ask for the same blob at once wait for the same hashing. */
  private verify(file: FileHandle, id: string, sha256: string, judge: (whole: boolean) => void): Promise<void> {
    const running = this.verifying.get(id);
    if (running) return running;
    const check = hashFile(file)
      .then((found) => {
        judge(found.sha256 === sha256);
        if (found.sha256 !== sha256) throw this.damaged(id);
      })
      .finally(() => this.verifying.delete(id));
    this.verifying.set(id, check);
    return check;
  }

  /** A part of a large file is not worth hashing all of it first; a damaged one is refused from the next time on. */
  private verifyLater(id: string, sha256: string, judge: (whole: boolean) => void): void {
    void this.openFile(id)
      .then((file) => this.verify(file, id, sha256, judge).finally(() => file.close()))
      .catch(() => undefined);
  }

  private damaged(id: string): PortalError {
    this.dependencies.log.error('A blob is not what was stored: its size or its SHA-256 differs.', { blob: id });
    return new PortalError('blob-damaged', 'The content of this file is damaged.', { status: 500, details: { blob: id } });
  }

  private explain(error: unknown): unknown {
    const explained = explainStorageError(error);
    if (explained instanceof PortalError && explained.code === 'storage-full') this.dependencies.health.full();
    if (isFinal(explained)) this.dependencies.health.fail(explained);
    return explained;
  }
}

function notSatisfiable(size: number): PortalError {
  return new PortalError('range-not-satisfiable', 'This part of the file does not exist.', { status: 416, details: { size } });
}
