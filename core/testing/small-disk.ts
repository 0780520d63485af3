import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';

const ways = [
  ['unshare', '--mount'],
  ['unshare', '--map-root-user', '--mount'],
] as const;

/**
 * The beginning of a command that sees mounts of its own, which are gone when it ends.
 * @throws Error where the system allows nobody to mount: a test that needs a disk fails then, as it would check nothing.
 */
export function privateMounts(): readonly string[] {
  const works = ([command, ...args]: (typeof ways)[number]): boolean =>
    spawnSync(command, [...args, 'sh', '-c', 'mount -t tmpfs -o size=1m portico /mnt'], { stdio: 'ignore' }).status === 0;
  const way = ways.find(works);
  if (!way)
    throw new Error(
      'This test needs a small disk, and no program may mount one here: run it on Linux as root, or allow user namespaces ' +
        '(sysctl kernel.unprivileged_userns_clone=1 and kernel.apparmor_restrict_unprivileged_userns=0; in a container --privileged).',
    );
  return way;
}

/**
 * The beginning of a command that sees an empty disk of its own at a folder.
 * @throws Error as `privateMounts` does.
 */
export function smallDisk(folder: string, megabytes: number): readonly string[] {
  return [...privateMounts(), 'sh', '-c', `mount -t tmpfs -o size=${megabytes}m portico "$0" && exec "$@"`, folder];
}

/** Another program takes every byte that is left on the disk of this file, which it writes. */
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
