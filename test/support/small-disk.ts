import { closeSync, openSync, writeSync } from 'node:fs';

/** Another program takes every byte that is left. */
export function fillDisk(file: string): void {
  const filler = openSync(file, 'w');
  for (let bytes = 64 * 1024; bytes >= 1; bytes = Math.floor(bytes / 2)) {
    try {
      for (;;) writeSync(filler, Buffer.alloc(bytes));
    } catch {
      // No room for so much any more: less, then.
    }
  }
  closeSync(filler);
}
