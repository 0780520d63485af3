import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

const chunkBytes = 256 * 1024;
const capacity = 20_000;

/** Size and SHA-256 of an open file, a piece at a time. */
export async function hashFile(file: FileHandle): Promise<{ readonly size: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(chunkBytes);
  for (let position = 0; ; ) {
    const { bytesRead } = await file.read(buffer, 0, chunkBytes, position);
    if (bytesRead === 0) return { size: position, sha256: hash.digest('hex') };
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}

export async function hashPath(path: string): Promise<{ readonly size: number; readonly sha256: string }> {
  const file = await open(path, 'r');
  try {
    return await hashFile(file);
  } finally {
    await file.close();
  }
}

/**
 * Remembers which files were found to be what was stored, or not to be. Asking again costs a look at the file's times: whoever
 * writes to a file changes them.
 */
export class VerifiedFiles {
  private readonly marks = new Map<string, string>();

  /** Undefined: not known. */
  verdict(id: string, stats: BigIntStats): 'whole' | 'damaged' | undefined {
    const mark = this.marks.get(id);
    if (mark === markOf(stats, 'whole')) return 'whole';
    return mark === markOf(stats, 'damaged') ? 'damaged' : undefined;
  }

  judge(id: string, stats: BigIntStats, verdict: 'whole' | 'damaged'): void {
    this.marks.set(id, markOf(stats, verdict));
    if (this.marks.size <= capacity) return;
    for (const oldest of this.marks.keys()) {
      this.marks.delete(oldest);
      break;
    }
  }

  delete(id: string): void {
    this.marks.delete(id);
  }
}

const markOf = (stats: BigIntStats, verdict: string): string =>
  `${verdict}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
