import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

interface PackageFile {
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly portico?: { readonly entities?: string; readonly migrations?: string };
}

/**
 * The compiled files of a module that stay as they are for as long as the process lives: what it exports to other modules, its entities
 * and migrations, which the open database knows by their classes, and whatever these import. A second copy of one of them would be a
 * stranger to all that hold the first, so a change of such a file needs a new process. Absolute paths.
 */
export function sharedFiles(folder: string): ReadonlySet<string> {
  const { exports = {}, portico } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageFile;
  const exported = Object.entries(exports).flatMap(([name, target]) => (name === '.' ? [] : [target]));
  const entries = [...exported, portico?.entities, portico?.migrations].filter((entry) => typeof entry === 'string');
  const found = new Set<string>();
  const open = entries.map((entry) => resolve(folder, entry));
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file) || !file.endsWith('.js') || !existsSync(file)) continue;
    found.add(file);
    for (const target of relativeImports(readFileSync(file, 'utf8'))) open.push(resolve(dirname(file), target));
  }
  return found;
}

function relativeImports(code: string): readonly string[] {
  const patterns = [/^\s*(?:import|export)\b[^;'"]*?\bfrom\s+['"](\.[^'"]+)['"]/gm, /\bimport\(?\s*['"](\.[^'"]+)['"]/g];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map(([, target = '']) => target));
}
