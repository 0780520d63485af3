import type { Readable } from 'node:stream';
import { PortalError } from '../api/index.js';

/** All that was piped in. @throws PortalError `too-large` (413). */
export async function readAll(stdin: Readable, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk as Uint8Array | string);
    size += bytes.length;
    if (size > limit) throw new PortalError('too-large', 'What was piped in is too long for this.', { status: 413 });
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
