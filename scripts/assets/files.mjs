import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const skipped = new Set(['node_modules', 'dist', 'test']);

/** Absolute paths of the files with one of the extensions, sorted; never built or installed ones. */
export async function filesUnder(folder, extensions, { deep = true } = {}) {
  const start = join(root, folder);
  if (!existsSync(start)) return [];
  const found = [];
  for (const entry of await readdir(start, { withFileTypes: true })) {
    if (entry.isDirectory() && deep && !skipped.has(entry.name)) {
      found.push(...(await filesUnder(join(folder, entry.name), extensions)));
    } else if (entry.isFile() && extensions.includes(extname(entry.name))) found.push(join(start, entry.name));
  }
  return found.sort();
}

/** The packages in a workspace folder, e.g. `modules/sites`. */
export async function foldersOf(workspace) {
  if (!existsSync(join(root, workspace))) return [];
  const entries = await readdir(join(root, workspace), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${workspace}/${entry.name}`)
    .sort();
}
