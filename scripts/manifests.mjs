/**
 * Compares the section "portico" of each module's package.json with what the module's code declares and injects.
 * Exits 1 when they differ, and says where; `--fix` writes what the code says. The code must be built.
 *
 *   node scripts/manifests.mjs [--fix] [folder of a module …]     default: the workspaces of this folder
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { manifestDifferences, manifestInCode, offeredVersions, writeManifest } from '../core/dist/authoring/manifest.js';

const args = process.argv.slice(2);
const fix = args.includes('--fix');
const root = process.cwd();
const named = args.filter((arg) => arg !== '--fix').map((folder) => resolve(folder));
const known = knownPackages();
const versions = offeredVersions(known.map(({ content: { version, portico: manifest } }) => ({ version, manifest })));

let differing = 0;
for (const each of named.length > 0 ? named.map(read) : known.filter(({ folder }) => !folder.includes('node_modules'))) {
  const written = await manifestInCode(each, versions);
  const differences = manifestDifferences(each, written);
  if (differences.length === 0) continue;
  differing += 1;
  for (const difference of differences) console.log(`${each.content.portico.id}: ${difference}`);
  if (fix) writeManifest(each, written);
}
if (differing > 0 && !fix) {
  console.error('The manifests differ from the code. `npm run manifests -- --fix` writes what the code says.');
  process.exitCode = 1;
}

/** Packages with a manifest: the workspaces, and what is installed beside them. */
function knownPackages() {
  const { workspaces = [] } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const folders = workspaces.flatMap((pattern) =>
    pattern.endsWith('/*') ? childrenOf(join(root, dirname(pattern))) : [join(root, pattern)],
  );
  const scopes = childrenOf(join(root, 'node_modules')).filter((folder) => relative(root, folder).includes('@'));
  return [...folders, ...scopes.flatMap(childrenOf)].flatMap((folder) => {
    try {
      const found = read(folder);
      return found.content.portico ? [found] : [];
    } catch (error) {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
      throw error;
    }
  });
}

function read(folder) {
  return { folder, content: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) };
}

function childrenOf(folder) {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}
