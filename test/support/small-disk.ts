import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';

/** Commands that give the portal a small disk of its own; undefined where the system does not allow it. */
export function smallDisk(place: string): readonly string[] | undefined {
  const ways = [
    ['unshare', '--mount'],
    ['unshare', '--map-root-user', '--mount'],
  ].map((way) => [...way, 'sh', '-c', 'mount -t tmpfs -o size=48m portico "$0" && exec "$@"', place]);
  return ways.find(([command = '', ...args]) => spawnSync(command, [...args, 'true'], { stdio: 'ignore' }).status === 0);
}

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
