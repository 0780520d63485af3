import { readdirSync, watch } from 'node:fs';
import { join } from 'node:path';

const skipped = new Set(['dist', 'node_modules', 'test', 'fixtures']);

/** Calls with each file that is written, made or taken away below the folders; built and installed ones and tests are not looked at. */
export function watchTree(folders, onChange) {
  const watchers = new Map();
  for (const folder of folders) follow(folder);
  return {
    close: () => {
      for (const watcher of watchers.values()) watcher.close();
    },
  };

  function follow(folder) {
    if (watchers.has(folder)) return;
    let entries;
    try {
      entries = readdirSync(folder, { withFileTypes: true });
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
    for (const entry of entries) if (entry.isDirectory() && !skipped.has(entry.name)) follow(join(folder, entry.name));
  }

  function forget(folder) {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }
}

/** Names in a folder; undefined for a file, or what is gone. */
function entriesOf(path) {
  try {
    return readdirSync(path);
  } catch {
    return undefined;
  }
}
