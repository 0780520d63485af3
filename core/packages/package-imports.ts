import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { init, parse } from 'es-module-lexer';
import type { PackageFiles } from './package-archive.js';
import { jsonOf, type PackageContents } from './package-contents.js';

/** A package that the portal gives to modules: its own copy, which they share. */
export interface ProvidedPackage {
  readonly version: string;
  /** What of it others may import: `.`, `./api`. */
  readonly exports: ReadonlySet<string>;
  /** Id of the module that it is; undefined for `@portico/core`. */
  readonly module?: string;
  /** Whether it lies where installed packages do, and not among those of the portal. */
  readonly isInstalled?: boolean;
}

export type ProvidedPackages = ReadonlyMap<string, ProvidedPackage>;

export interface ImportReport {
  /** One sentence each, without a full stop. */
  readonly problems: readonly string[];
  /** Sentences as `problems` has them, about files that are no code as far as can be told without running them. */
  readonly unreadable: readonly string[];
  /** Those of them that are about imports of what others keep to themselves. */
  readonly insides: readonly string[];
  /** Names of the packages of other modules that its own files import. */
  readonly modules: readonly string[];
}

/** Libraries of which two copies in one process do not know of each other. What of them modules need they get from `@portico/core`. */
const shared = ['inversify', 'reflect-metadata', 'typeorm'];
const core = '@portico/core';

/**
 * Looks up every import that is written out in the files of a package, without running any, and among nothing but what the package brings and what
 * the portal gives: what is only found by accident is not found here. What is put together at run time cannot be looked up.
 */
export async function checkImports(contents: PackageContents, provided: ProvidedPackages): Promise<ImportReport> {
  await init();
  const { files, description, manifest, entry } = contents;
  const problems = new Set<string>();
  const modules = new Set<string>();
  const unreadable = new Set<string>();
  const insides: string[] = [];
  for (const name of bundledCopies(files, provided))
    problems.add(`it brings its own copy of ${name}, of which there must be one; leave it out, the portal gives it`);
  // What browsers load, and what tests use, does not run here.
  const served = Object.entries(description.exports).filter(([name]) => !/^\.\/(?:client|testing)\b/.test(name));
  const open = [entry, ...served.map(([, file]) => file), manifest.entities, manifest.migrations]
    .filter((file) => file !== undefined)
    .map((file) => posix.normalize(file));
  const seen = new Set<string>();
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file) || !/\.[cm]?js$/.test(file)) continue;
    seen.add(file);
    const content = files.get(file);
    if (content === undefined) {
      problems.add(`exports names ${file}, which is not in it; build the module before it is packed`);
      continue;
    }
    const found = specifiersOf(file, new TextDecoder().decode(content));
    if (typeof found === 'string') {
      unreadable.add(`${file} cannot be read as code: ${found}; mend it and pack it again`);
      continue;
    }
    for (const specifier of found) {
      if (specifier.startsWith('.')) {
        const target = posix.join(posix.dirname(file), specifier.replace(/[?#].*$/, ''));
        if (target.startsWith('..'))
          problems.add(`${file} imports ${specifier}, which leads out of the package; bring that file along`);
        else if (!files.has(target))
          problems.add(`${file} imports ${specifier}, which is not in it; build the module before it is packed`);
        else if (!target.includes('node_modules/')) open.push(target);
        continue;
      }
      const { problem, module, isInside } = lookUp(specifier, file, contents, provided);
      if (isInside && problem !== undefined) insides.push(problem);
      if (problem !== undefined) problems.add(problem);
      if (module !== undefined) modules.add(module);
    }
  }
  for (const problem of missingDependencies(contents, provided)) problems.add(problem);
  return { problems: [...problems], insides, unreadable: [...unreadable], modules: [...modules].sort() };
}

/** What a file imports, or why it cannot be read. */
function specifiersOf(file: string, code: string): readonly string[] | string {
  if (file.endsWith('.cjs')) return [...code.matchAll(/\brequire\(\s*['"]([^'"]+)['"]\s*\)/g)].map(([, target = '']) => target);
  try {
    const [imports] = parse(code, file);
    return imports.flatMap((each) =>
      'specifier' in each && typeof each.specifier === 'string' && !('glob' in each && each.glob) ? [each.specifier] : [],
    );
  } catch (error) {
    return (error as Error).message;
  }
}

function lookUp(
  specifier: string,
  file: string,
  { files, description }: PackageContents,
  provided: ProvidedPackages,
): { readonly problem?: string; readonly module?: string; readonly isInside?: boolean } {
  if (specifier.startsWith('node:') || builtinModules.includes(specifier) || specifier.startsWith('#')) return {};
  if (/^(?:\/|file:|https?:|[A-Za-z]:)/.test(specifier))
    return { problem: `${file} imports ${specifier}, an address outside of the package; bring that file along` };
  if (specifier.startsWith('data:')) return {};
  const name = packageNameOf(specifier);
  const subpath = `.${specifier.slice(name.length)}`;
  if (name === description.name)
    return subpath in description.exports
      ? {}
      : { problem: `${file} imports ${specifier}, which its own exports do not name; name it there` };
  const given = provided.get(name);
  if (given !== undefined) {
    const isPublic = given.exports.has(subpath) && !(given.module !== undefined && subpath === '.');
    if (isPublic) return given.module === undefined ? {} : { module: name };
    const ways = [...given.exports].filter((each) => given.module === undefined || each !== '.');
    const what =
      ways.length > 0 ? `only ${ways.map((each) => name + each.slice(1)).join(', ')} may be imported` : 'it has no API';
    return { problem: `${file} imports ${specifier}, which is not public: ${what}`, isInside: true };
  }
  if (isBundled(files, file, name)) return {};
  if (shared.includes(name)) return { problem: `${file} imports ${name}; what modules need of it is in ${core}` };
  if (name.startsWith('@portico/'))
    return { problem: `${file} imports ${specifier}, and no module of this portal is ${name}; install that first` };
  return { problem: `${file} imports ${name}, which is not in the package; name it under bundleDependencies` };
}

/** Packages of which there must be one copy, and which it brings all the same. */
function bundledCopies(files: PackageFiles, provided: ProvidedPackages): readonly string[] {
  const found = packagesIn(files).map(({ name }) => name);
  return [...new Set(found)].filter((name) => shared.includes(name) || name.startsWith('@portico/') || provided.has(name));
}

/** Dependencies that it declares, or that what it brings declares, and that the packer left out. */
function missingDependencies({ files, description }: PackageContents, provided: ProvidedPackages): readonly string[] {
  const problems: string[] = [];
  const isThere = (from: string, name: string): boolean =>
    isBundled(files, from, name) || provided.has(name) || shared.includes(name);
  for (const name of Object.keys(description.dependencies))
    if (!isThere('package.json', name) && !(name in description.optionalDependencies))
      problems.push(`it depends on ${name}, which is not in the package; name it under bundleDependencies`);
  for (const { folder, json } of packagesIn(files)) {
    const { dependencies = {}, optionalDependencies = {} } = json as Record<string, Record<string, string> | undefined>;
    for (const name of Object.keys(dependencies))
      if (!isThere(`${folder}/package.json`, name) && !(name in optionalDependencies))
        problems.push(`${folder} depends on ${name}, which is not in the package; name that under bundleDependencies, too`);
  }
  return problems;
}

export interface BundledPackage {
  readonly name: string;
  /** Path inside of the package. */
  readonly folder: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** What a package brings in its folders `node_modules`. */
export function packagesIn(files: PackageFiles): readonly BundledPackage[] {
  return [...files].flatMap(([path, content]) => {
    const match = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/@][^/]*)\/package\.json$/.exec(path);
    if (!match) return [];
    const folder = posix.dirname(path);
    return [{ name: match[1] ?? '', folder, json: jsonOf(folder, content) }];
  });
}

/** Whether a package is found from a file as Node.js looks for it, and inside of what the package brings. */
function isBundled(files: PackageFiles, from: string, name: string): boolean {
  for (let folder = posix.dirname(from); ; folder = posix.dirname(folder)) {
    if (files.has(posix.join(folder, 'node_modules', name, 'package.json'))) return true;
    if (folder === '.') return false;
  }
}

/** The package that an import names: `@scope/name` for `@scope/name/part`. */
export function packageNameOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
