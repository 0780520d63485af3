import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';

const skipped = new Set(['dist', 'node_modules', 'test', 'fixtures', 'data', '.git']);

/** Calls with each file that is written, made or taken away below the folders; built and installed ones, data and tests are not looked at. */
export function watchTree(folders: Iterable<string>, onChange: (file: string) => void): { close(): void } {
  const watchers = new Map<string, FSWatcher>();
  for (const folder of folders) follow(folder);
  return {
    close: () => {
      for (const watcher of watchers.values()) watcher.close();
    },
  };

  function follow(folder: string): void {
    if (watchers.has(folder)) return;
    let entries: ReturnType<typeof foldersIn>;
    try {
      entries = foldersIn(folder);
    } catch {
      return;
    }
    const watcher = watch(folder, (_, name) => {
      if (name === null || skipped.has(name)) return;
      const path = join(folder, name);
      // A folder that was made may hold files already.
      const isFolder = entriesOf(path);
      if (isFolder === undefined) onChange(path);
      else if (!watchers.has(path)) {
        follow(path);
        for (const file of isFolder) onChange(join(path, file));
      }
    });
    watcher.on('error', () => forget(folder));
    watchers.set(folder, watcher);
    for (const name of entries) if (!skipped.has(name)) follow(join(folder, name));
  }

  function forget(folder: string): void {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }
}

function foldersIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** Names in a folder; undefined for a file, or what is gone. */
function entriesOf(path: string): readonly string[] | undefined {
  try {
    return readdirSync(path);
  } catch {
    return undefined;
  }
}
