import { existsSync, readFileSync } from 'node:fs';
import type { ResolveFnOutput, ResolveHookContext } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** By package folder, of the newest version: it reads the imports of its module once. */
const shared = new Map<string, { readonly version: string; readonly files: ReadonlySet<string> }>();

/**
 * Node.js never loads an address twice. A module that is loaded again has its version in the address of its entry (`module.js?version=2`);
 * here the files that it imports get the same version, except those that it shares with others. A hook of Node.js, which runs in a thread
 * of its own.
 */
export async function resolve(
  specifier: string,
  context: ResolveHookContext,
  next: (specifier: string, context: ResolveHookContext) => ResolveFnOutput | Promise<ResolveFnOutput>,
): Promise<ResolveFnOutput> {
  const found = await next(specifier, context);
  const version = /\?version=\d+$/.exec(context.parentURL ?? '')?.[0];
  if (version === undefined || !specifier.startsWith('.') || !found.url.startsWith('file:')) return found;
  const file = fileURLToPath(found.url);
  return sharedIn(packageOf(file), version).has(file) ? found : { ...found, url: found.url + version };
}

function sharedIn(folder: string, version: string): ReadonlySet<string> {
  const known = shared.get(folder);
  if (known?.version === version) return known.files;
  const files = sharedFiles(folder);
  shared.set(folder, { version, files });
  return files;
}

function packageOf(file: string): string {
  let folder = dirname(file);
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}

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
  const open = entries.map((entry) => join(folder, entry));
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file) || !file.endsWith('.js') || !existsSync(file)) continue;
    found.add(file);
    for (const target of relativeImports(readFileSync(file, 'utf8'))) open.push(join(dirname(file), target));
  }
  return found;
}

function relativeImports(code: string): readonly string[] {
  const patterns = [/^\s*(?:import|export)\b[^;'"]*?\bfrom\s+['"](\.[^'"]+)['"]/gm, /\bimport\(?\s*['"](\.[^'"]+)['"]/g];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map(([, target = '']) => target));
}
