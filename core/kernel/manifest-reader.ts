import { access, readdir, readFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { ModuleManifest } from '../api/index.js';
import { type ManifestProblem, parseManifest } from './manifest.js';

/** A module whose manifest is sound; none of its code has run. */
export interface InstalledModule {
  readonly id: string;
  readonly version: string;
  readonly description: string;
  /** Name of the package, e.g. `@acme/reports`. */
  readonly packageName: string;
  /** Whether the portal is delivered with it. What is installed never is, whatever its name. */
  readonly isOfPortal: boolean;
  /** Absolute path of the package. */
  readonly folder: string;
  /** Absolute path of the file whose default export is the module. */
  readonly entry: string;
  readonly manifest: ModuleManifest;
}

export interface ReadManifests {
  /** By id. */
  readonly modules: readonly InstalledModule[];
  readonly problems: readonly ManifestProblem[];
}

interface PackageFile {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly description?: unknown;
  readonly exports?: unknown;
  readonly main?: unknown;
  readonly portico?: unknown;
}

/**
 * Reads the manifests of packages. A folder is a package, or a folder of packages.
 * No code of a module runs; a package with a problem is left out and the others stay.
 * @param own names of the packages that the portal is delivered with, when these are looked for.
 */
export async function readManifests(folders: readonly string[], own: ReadonlySet<string> = new Set()): Promise<ReadManifests> {
  const found = await Promise.all(folders.map((folder) => packageFolders(resolve(folder))));
  const packages = [...new Set(found.flatMap(({ packages }) => packages))];
  const answers = await Promise.all(packages.map((folder) => readPackage(folder, own)));
  const problems: ManifestProblem[] = found.flatMap(({ problem }) => problem ?? []);
  const modules = new Map<string, InstalledModule>();
  for (const answer of answers) {
    if (Array.isArray(answer)) {
      problems.push(...answer);
      continue;
    }
    const module = answer as InstalledModule;
    const first = modules.get(module.id);
    if (first === undefined) modules.set(module.id, module);
    else {
      const what = `is "${module.id}", as in ${first.folder}; the second is left out`;
      problems.push({ ...fault(module.folder, 'portico.id', what), id: module.id, folder: module.folder });
    }
  }
  return { modules: [...modules.values()].sort((a, b) => (a.id < b.id ? -1 : 1)), problems };
}

/** A folder that names no package says so: an operator meant something by it. */
async function packageFolders(
  path: string,
): Promise<{ readonly packages: readonly string[]; readonly problem?: ManifestProblem }> {
  const lacks = (message: string): { readonly packages: readonly string[]; readonly problem: ManifestProblem } => ({
    packages: [],
    problem: {
      package: path,
      folder: path,
      key: 'modulePaths',
      message: `"modulePaths" or PORTICO_MODULE_PATHS names ${path}, ${message}.`,
    },
  });
  try {
    if (await exists(join(path, 'package.json'))) return { packages: [path] };
    const entries = await readdir(path, { withFileTypes: true });
    const inside = entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => join(path, entry.name));
    const present = await Promise.all(inside.map((candidate) => exists(join(candidate, 'package.json'))));
    const packages = inside.filter((_, index) => present[index]).sort();
    return packages.length > 0 ? { packages } : lacks('where no package lies');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return lacks('which is not there');
    return lacks(code === 'ENOTDIR' ? 'which is a file' : `which cannot be read: ${message}`);
  }
}

async function readPackage(folder: string, own: ReadonlySet<string>): Promise<InstalledModule | ManifestProblem[]> {
  const file = join(folder, 'package.json');
  let content: PackageFile;
  try {
    content = JSON.parse(await readFile(file, 'utf8')) as PackageFile;
    if (!isObject(content)) throw new Error('it is no object');
  } catch (error) {
    const what = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return [{ ...fault(folder, 'package.json', what), folder }];
  }
  const name = typeof content.name === 'string' ? content.name : folder;
  const { id } = isObject(content.portico) ? content.portico : {};
  const module = await moduleIn(folder, name, content);
  if (!Array.isArray(module)) return { ...(module as Omit<InstalledModule, 'isOfPortal'>), isOfPortal: own.has(name) };
  return module.map((problem: ManifestProblem) => ({ ...problem, folder, ...(typeof id === 'string' ? { id } : {}) }));
}

async function moduleIn(
  folder: string,
  name: string,
  content: PackageFile,
): Promise<Omit<InstalledModule, 'isOfPortal'> | readonly ManifestProblem[]> {
  if (content.portico === undefined)
    return [fault(name, 'portico', 'is missing; every module has this section in its package.json')];
  if (typeof content.version !== 'string') return [fault(name, 'version', 'is missing')];
  const manifest = parseManifest(name, content.portico);
  if (Array.isArray(manifest)) return [...manifest];
  const main = entryOf(content);
  if (main === undefined) return [fault(name, 'exports["."]', 'is missing; it names the built module.js')];
  const entry = resolve(folder, main);
  if (!entry.startsWith(folder + sep)) return [fault(name, 'exports["."]', `leads out of the package: ${main}`)];
  if (!(await exists(entry))) return [fault(name, 'exports["."]', `names ${main}, which does not exist; build the module first`)];
  const module = manifest as ModuleManifest;
  const description = typeof content.description === 'string' ? content.description : '';
  return { id: module.id, version: content.version, description, packageName: name, folder, entry, manifest: module };
}

function entryOf({ exports, main }: PackageFile): string | undefined {
  const root = isObject(exports) && '.' in exports ? exports['.'] : exports;
  const target = isObject(root) ? (root.import ?? root.default) : root;
  if (typeof target === 'string') return target;
  return typeof main === 'string' ? main : undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const fault = (name: string, key: string, what: string): ManifestProblem => ({
  package: name,
  folder: name,
  key,
  message: `Package ${name}: "${key}" ${what}.`,
});

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
