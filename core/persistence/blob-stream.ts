import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';

const chunkBytes = 256 * 1024;

export interface BlobPart {
  /** First byte, and the one after the last. */
  readonly start: number;
  readonly end: number;
  /** Told when the file ends too early or its hash is not this one; makes the error the reader gets. */
  readonly damaged: () => Error;
  /** The hash the whole part must have: the last bytes are held back until it is known. */
  readonly sha256?: string;
  readonly judge?: (whole: boolean) => void;
}

/** Reads a part of an open file and closes it. Ends with an error rather than with fewer or other bytes. */
export class BlobStream extends Readable {
  private position: number;
  private readonly hash: Hash | undefined;

  constructor(
    private readonly file: FileHandle,
    private readonly part: BlobPart,
  ) {
    super({ highWaterMark: chunkBytes });
    this.position = part.start;
    this.hash = part.sha256 === undefined ? undefined : createHash('sha256');
  }

  override _read(): void {
    this.readChunk().catch((error: Error) => this.destroy(error));
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.file.close().then(
      () => callback(error),
      (failure: Error) => callback(error ?? failure),
    );
  }

  private async readChunk(): Promise<void> {
    const wanted = Math.min(chunkBytes, this.part.end - this.position);
    if (wanted === 0) return this.finish(undefined);
    const { buffer, bytesRead } = await this.file.read(Buffer.allocUnsafe(wanted), 0, wanted, this.position);
    if (bytesRead === 0) throw this.part.damaged();
    this.position += bytesRead;
    const chunk = buffer.subarray(0, bytesRead);
    this.hash?.update(chunk);
    if (this.position === this.part.end) this.finish(chunk);
    else this.push(chunk);
  }

  private finish(last: Buffer | undefined): void {
    if (this.hash) {
      const whole = this.hash.digest('hex') === this.part.sha256;
      this.part.judge?.(whole);
      if (!whole) throw this.part.damaged();
    }
    if (last) this.push(last);
    this.push(null);
  }
}
