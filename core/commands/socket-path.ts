import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Longest path a Unix socket may have on Linux and macOS, with room to spare. */
const longest = 100;

/** Where the running portal of a data directory listens for commands. */
export function socketPath(home: string): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\portico-${digest(home)}`;
  const path = join(home, 'portico.sock');
  return path.length <= longest ? path : join(tmpdir(), `portico-${process.getuid?.() ?? 0}-${digest(home)}.sock`);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
