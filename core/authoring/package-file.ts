import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ModuleDefinition, type ModuleManifest, PortalError } from '../api/index.js';
import { packageNameOf } from '../packages/package-imports.js';

/** A package.json, as far as a module's tools read it. */
export interface PackageContent {
  readonly name?: string;
  readonly version?: string;
  readonly type?: string;
  readonly exports?: string | Readonly<Record<string, unknown>>;
  readonly main?: string;
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly bundleDependencies?: boolean | readonly string[];
  readonly portico?: ModuleManifest;
}

/** A folder with a package.json that has a section `portico`. */
export interface ModulePackage {
  /** Absolute. */
  readonly folder: string;
  readonly content: PackageContent & { readonly portico: ModuleManifest };
}

/** The module whose folder this is. @throws PortalError `module-tool`. */
export function readModulePackage(folder: string): ModulePackage {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) throw fault(`There is no package.json in ${folder}. Go into the folder of a module.`);
  let content: PackageContent;
  try {
    content = JSON.parse(readFileSync(file, 'utf8')) as PackageContent;
  } catch (cause) {
    throw fault(`${file} cannot be read: ${(cause as Error).message}`);
  }
  const { portico } = content;
  if (typeof portico?.id !== 'string') throw fault(`${file} is no module's: it has no section "portico" with an "id".`);
  return { folder, content: { ...content, portico } };
}

export function writePackage(folder: string, content: object): void {
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(content, undefined, 2)}\n`);
}

/** The file of the package that its default export names, relative to it. */
export function entryOf({ exports, main }: PackageContent): string | undefined {
  const root = typeof exports === 'object' && '.' in exports ? exports['.'] : exports;
  const conditions = root as { readonly import?: string; readonly default?: string } | undefined;
  const target = typeof root === 'object' ? (conditions?.import ?? conditions?.default) : root;
  return typeof target === 'string' ? target : main;
}

/** The absolute path of a tool's file that is installed beside the module, e.g. of `typescript/package.json`. @throws PortalError `module-tool`. */
export function toolFile(folder: string, specifier: string): string {
  try {
    return createRequire(join(folder, 'package.json')).resolve(specifier);
  } catch (cause) {
    const name = packageNameOf(specifier);
    throw new PortalError('module-tool', `${name} is not installed here. Run npm install, or npm install --save-dev ${name}.`, {
      cause,
    });
  }
}

/** What a module defines; its code is loaded, and not run. */
export async function definitionOf(folder: string, content: PackageContent): Promise<ModuleDefinition> {
  const entry = pathToFileURL(join(folder, entryOf(content) ?? '')).href;
  return ((await import(entry)) as { readonly default: ModuleDefinition }).default;
}

/** A tool of the module, loaded. */
export async function loadTool<T>(folder: string, specifier: string): Promise<T> {
  return (await import(pathToFileURL(toolFile(folder, specifier)).href)) as T;
}

/** Folders that hold no sources of a module: what is built, installed and kept. */
const noSources = ['dist', 'node_modules', 'data'];
/** Folders whose sources are no part of what others get, or only what helps their tests. */
export const testFolders: readonly string[] = ['test', 'testing'];

/**
 * All files below a folder that people wrote, by the end of their names; absolute and sorted. Of a folder `dist` itself: those that were built.
 * @param without more folders that are left out, by name.
 */
export function sourcesOf(folder: string, ending: RegExp, without: readonly string[] = []): readonly string[] {
  if (!existsSync(folder)) return [];
  const skipped = [...noSources, ...without];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (!entry.isDirectory()) return ending.test(entry.name) ? [path] : [];
      return skipped.includes(entry.name) || entry.name.startsWith('.') ? [] : sourcesOf(path, ending, without);
    })
    .sort();
}

/** One text of all of them. */
export function textOf(files: readonly string[]): string {
  return files.map((file) => readFileSync(file, 'utf8')).join('\n');
}

function fault(sentence: string): PortalError {
  return new PortalError('module-tool', sentence, { status: 400, expose: true });
}
