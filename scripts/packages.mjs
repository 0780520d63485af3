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
