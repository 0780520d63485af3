import { gzipSync } from 'node:zlib';
import { Header } from 'tar';

/** An entry of an archive as no packer writes it. */
export interface ArchiveEntry {
  readonly path: string;
  readonly content?: string | Uint8Array;
  readonly type?: 'File' | 'SymbolicLink' | 'Link';
  readonly linkpath?: string;
}

/** An archive with exactly these entries, after the files of a package. */
export function archiveOf(files: Readonly<Record<string, string | Uint8Array>>, more: readonly ArchiveEntry[]): Buffer {
  const entries = [...Object.entries(files).map(([path, content]): ArchiveEntry => ({ path: `package/${path}`, content })), ...more];
  const blocks = entries.flatMap(({ path, content = '', type = 'File', linkpath }) => {
    const bytes = Buffer.from(content as string);
    const header = Buffer.alloc(512);
    new Header({ path, size: bytes.length, type, mode: 0o644, ...(linkpath === undefined ? {} : { linkpath }) }).encode(header);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
