// The packages of this repository, and what each of them is built into.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');

/** The workspaces, by folder from the root: `core`, `modules/sites`, … Examples that are none are made with packages alone. */
export function packageFolders() {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return workspaces.flatMap((place) => (place.endsWith('/*') ? childrenOf(place.slice(0, -2)) : [place]));
}

/** Modules of third parties among them. */
export function exampleFolders() {
  return packageFolders().filter((folder) => folder.startsWith('examples/'));
}

/** Folders that the compiler builds: the workspaces and what stands beside them. */
export function compiledFolders() {
  return [...packageFolders(), 'test', 'bench'].filter((folder) => existsSync(join(root, folder, 'tsconfig.json')));
}

/** Entries that only tests of this repository import: they need what lies under its `test` folders, and are promised to nobody. */
const forOurTests = new Set(['@portico/configuration/testing']);

/** What others may import of a package once it is delivered, `[path, target]` as its `exports` say. */
export function deliveredExports({ name, exports = {} }) {
  const entries = Object.entries(typeof exports === 'string' ? { '.': exports } : exports);
  return entries.filter(([path]) => !forOurTests.has(join(name, path)));
}

/** The file that a module starts with, from the root; undefined for a package that is no module. */
export function entryOf(folder) {
  const { portico, exports } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const entry = typeof exports === 'string' ? exports : exports?.['.'];
  return portico && entry && join(folder, entry);
}

function childrenOf(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, folder, entry.name, 'package.json')))
    .map(({ name }) => `${folder}/${name}`)
    .sort();
}
