import { type FileHandle, open } from 'node:fs/promises';
import { Transform } from 'node:stream';

/** Bytes of a file that become others; what `bytes` does not reach becomes zero. The file stays as long as it was, so that every offset in it stays true. */
export interface Patch {
  readonly offset: number;
  readonly length: number;
  readonly bytes?: Uint8Array;
}

/** The metadata of a file cannot be taken out of it: it is broken, or of a kind that nobody here knows. */
export class MetadataRemovalError extends Error {
  constructor(reason: string) {
    super(`The metadata cannot be removed: ${reason}.`);
    this.name = 'MetadataRemovalError';
  }
}

/** More than that is no file that somebody recorded. */
const mostPatches = 100_000;

/** @throws MetadataRemovalError when there are more than a file that somebody recorded can need. */
export class PatchList {
  readonly all: Patch[] = [];

  add(...patches: readonly Patch[]): void {
    if (this.all.length > mostPatches) throw new MetadataRemovalError('there are too many parts');
    this.all.push(...patches);
  }
}

const windowBytes = 64 * 1024;

/** A file that is read here and there, a window at a time. */
export class FileReader {
  private start = 0;

  private constructor(
    private readonly file: Pick<FileHandle, 'read'> | undefined,
    readonly size: number,
    private window: Buffer = Buffer.alloc(0),
  ) {}

  /** What lies in memory as a whole, such as a document within another. */
  static of(content: Buffer): FileReader {
    return new FileReader(undefined, content.length, content);
  }

  static async over<T>(path: string, use: (reader: FileReader) => Promise<T>): Promise<T> {
    const file = await open(path, 'r');
    try {
      return await use(new FileReader(file, (await file.stat()).size));
    } finally {
      await file.close();
    }
  }

  /** @throws MetadataRemovalError when the file ends before. */
  async read(offset: number, length: number): Promise<Buffer> {
    if (offset < 0 || length < 0 || offset + length > this.size) throw new MetadataRemovalError('the file ends too early');
    if (this.file && (offset < this.start || offset + length > this.start + this.window.length)) {
      const wanted = Math.min(Math.max(length, windowBytes), this.size - offset);
      const { buffer, bytesRead } = await this.file.read(Buffer.alloc(wanted), 0, wanted, offset);
      this.window = buffer.subarray(0, bytesRead);
      this.start = offset;
      if (bytesRead < length) throw new MetadataRemovalError('the file could not be read');
    }
    return this.window.subarray(offset - this.start, offset - this.start + length);
  }
}

/** The file with its patches, as it flows by. Later ones count where two meet. */
export function patching(patches: readonly Patch[]): Transform {
  const sorted = patches.map((patch, order) => ({ ...patch, order })).sort((a, b) => a.offset - b.offset || a.order - b.order);
  let position = 0;
  let first = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const end = position + chunk.length;
      const changed = Buffer.from(chunk);
      while (isBehind(sorted[first], position)) first += 1;
      const here: typeof sorted = [];
      for (let index = first; ; index += 1) {
        const patch = sorted[index];
        if (!patch || patch.offset >= end) break;
        if (patch.offset + patch.length > position) here.push(patch);
      }
      here.sort((a, b) => a.order - b.order);
      for (const patch of here) apply(patch, changed, position);
      position = end;
      done(undefined, changed);
    },
  });
}

/** The same of content that lies in memory. */
export function patched(content: Buffer, patches: readonly Patch[]): Buffer {
  const changed = Buffer.from(content);
  for (const patch of patches) apply(patch, changed, 0);
  return changed;
}

function isBehind(patch: Patch | undefined, position: number): boolean {
  return patch !== undefined && patch.offset + patch.length <= position;
}

function apply({ offset, length, bytes }: Patch, chunk: Buffer, position: number): void {
  const from = Math.max(0, offset - position);
  const to = Math.min(chunk.length, offset + length - position);
  chunk.fill(0, from, to);
  // Where the chunk begins in the patch, when the patch began in an earlier one.
  const skipped = Math.max(0, position - offset);
  if (bytes && skipped < bytes.length) chunk.set(bytes.subarray(skipped, skipped + to - from), from);
}
