import { createHash } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { PortalError, type StoredBlob } from '../api/index.js';

/** Writes content to a new file while hashing and counting, and flushes it. A failure leaves no file. */
export async function stage(path: string, content: Readable | Uint8Array, maxBytes: number): Promise<Omit<StoredBlob, 'id'>> {
  const file = await open(path, 'wx', 0o600);
  try {
    try {
      const staged = await copy(file, content, maxBytes);
      await file.sync();
      return staged;
    } finally {
      await file.close();
    }
  } catch (error) {
    // What cannot be taken away now, the sweeper takes.
    await unlink(path).catch(() => undefined);
    throw error;
  }
}

async function copy(file: FileHandle, content: Readable | Uint8Array, maxBytes: number): Promise<Omit<StoredBlob, 'id'>> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of content instanceof Uint8Array ? [content] : arriving(content)) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new PortalError('too-large', `This file is larger than the limit of ${maxBytes} bytes.`, {
        status: 413,
        details: { maxBytes },
      });
    }
    hash.update(chunk);
    await writeAll(file, chunk);
  }
  return { size, sha256: hash.digest('hex') };
}

/** What breaks the source is the sender's doing, what breaks the file is ours: told apart here. */
async function* arriving(content: Readable): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of content) yield typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
  } catch (error) {
    if (error instanceof PortalError) throw error;
    throw new PortalError('upload-aborted', 'The upload was cut off, and nothing of it was kept.', { status: 400, cause: error });
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, offset);
    offset += bytesWritten;
  }
}
