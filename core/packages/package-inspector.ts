import { posix } from 'node:path';
import type { PackageSignature, PackageSource } from '../api/index.js';
import type { DeclarationsRequest, Declared } from './declarations.js';
import { foreignAddons } from './native-addons.js';
import { type PackageContents, readContents } from './package-contents.js';
import { checkImports, type ProvidedPackages } from './package-imports.js';
import { checkSignature, type SigningPolicy } from './package-signature.js';
import { findPackage } from './package-source.js';

/** A package that could be read, and what is to be said against it whatever else is installed. */
export interface InspectedPackage {
  readonly name: string;
  readonly source: string;
  readonly contents: PackageContents;
  readonly signature: PackageSignature;
  /** Names of packages of other modules that its code imports. */
  readonly imports: readonly string[];
  /** Sentences without a full stop. */
  readonly unreadable: readonly string[];
  readonly problems: readonly string[];
}

/** Reads a package without running any of its code. @throws PortalError `package-not-found`, `package-invalid` */
export async function inspectPackage(
  source: PackageSource,
  signing: SigningPolicy,
  provided: ProvidedPackages,
): Promise<InspectedPackage> {
  const found = await findPackage(source);
  const signature = checkSignature(found.name, found.archive ?? new Uint8Array(), found.signature, signing);
  const contents = readContents(found.name, found.files);
  // What it is itself, installed in another version, it does not import from outside.
  const others = new Map([...provided].filter(([name]) => name !== contents.description.name));
  const { problems, unreadable, modules } = await checkImports(contents, others);
  return {
    name: found.name,
    source: found.source,
    contents,
    signature,
    imports: modules,
    unreadable,
    problems: [...problems, ...foreignAddons(contents.files)],
  };
}

export const nothingDeclared: Declared = { contributions: [], tables: [], migrations: [], unknown: [] };

/** Paths of what is loaded of a package, in the folder where it lies. */
export function loadedFiles(
  { files, manifest, entry }: Pick<PackageContents, 'files' | 'manifest' | 'entry'>,
  folder: string,
): DeclarationsRequest {
  const at = (file: string): string => posix.join(folder, file);
  return {
    id: manifest.id,
    folder,
    entry: at(entry),
    hasAddons: [...files.keys()].some((path) => path.endsWith('.node')),
    ...(manifest.entities === undefined ? {} : { entities: at(manifest.entities) }),
    ...(manifest.migrations === undefined ? {} : { migrations: at(manifest.migrations) }),
  };
}
