import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { ModuleManifest } from '../api/index.js';
import { parseManifest } from '../kernel/index.js';
import { isRange, isVersion } from '../kernel/version.js';
import { type PackageFiles, packageInvalid } from './package-archive.js';

/** What package.json says, as far as it matters here. */
export interface PackageDescription {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  /** Names of peers without which it runs as well. */
  readonly optionalPeers: readonly string[];
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  /** Files that others may import, by the part behind the name of the package: `./api`. */
  readonly exports: Readonly<Record<string, string>>;
}

/** SHA-256 of each file, by path. */
export type FileDigests = Readonly<Record<string, string>>;

/** A package whose manifest is sound. None of its code has run. */
export interface PackageContents {
  readonly files: PackageFiles;
  readonly description: PackageDescription;
  readonly manifest: ModuleManifest;
  /** Path of the file whose default export is the module. */
  readonly entry: string;
  readonly digests: FileDigests;
  /** SHA-256 over the paths and contents of all files. */
  readonly digest: string;
  readonly bytes: number;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads what a package says of itself.
 * @param name how messages call it.
 * @throws PortalError `package-invalid` with everything that is wrong with the manifest.
 */
export function readContents(name: string, files: PackageFiles): PackageContents {
  const json = jsonOf(name, files.get('package.json'));
  const description = describe(name, json);
  if (json.portico === undefined) throw packageInvalid(name, 'its package.json has no section "portico", so it is no module');
  const manifest = parseManifest(description.name, json.portico);
  if (Array.isArray(manifest)) throw packageInvalid(name, manifest.map(({ message }) => message.replace(/\.$/, '')).join('; '));
  const main = description.exports['.'];
  if (main === undefined) throw packageInvalid(name, 'its package.json names no entry under exports["."]');
  const entry = posix.normalize(main);
  if (!files.has(entry))
    throw packageInvalid(
      name,
      `exports["."] names ${main}, which is not in it`,
      undefined,
      'build the module before it is packed',
    );
  const module = manifest as ModuleManifest;
  for (const key of ['entities', 'migrations'] as const) {
    const file = module[key];
    if (file !== undefined && !files.has(posix.normalize(file)))
      throw packageInvalid(name, `portico.${key} names ${file}, which is not in it`);
  }
  const digests = digestsOf(files);
  let bytes = 0;
  for (const content of files.values()) bytes += content.length;
  return { files, description, manifest: module, entry, digests, digest: digestOf(digests), bytes };
}

/** One digest over all: any other byte, name or number of files makes another. */
export function digestOf(digests: FileDigests): string {
  const hash = createHash('sha256');
  for (const path of Object.keys(digests).sort()) hash.update(`${path}\0${digests[path]}\n`);
  return hash.digest('hex');
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function digestsOf(files: PackageFiles): FileDigests {
  return Object.fromEntries([...files].map(([path, content]) => [path, sha256(content)]));
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** @throws PortalError `package-invalid` */
export function jsonOf(name: string, content: Uint8Array | undefined): Json {
  if (content === undefined) throw packageInvalid(name, 'it has no package.json in its folder');
  if (Buffer.from(content.subarray(0, 3)).equals(byteOrderMark))
    throw packageInvalid(
      name,
      'its package.json begins with a byte order mark, which Node.js does not read',
      undefined,
      'save it as UTF-8 without one and pack it again',
    );
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  } catch (error) {
    throw packageInvalid(name, `its package.json cannot be read (${(error as Error).message})`, error);
  }
  throw packageInvalid(name, 'its package.json is no object');
}

function describe(called: string, json: Json): PackageDescription {
  const { name, version } = json;
  if (typeof name !== 'string' || !/^(?:@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~][a-z0-9-._~]*$/.test(name))
    throw packageInvalid(called, 'its package.json has no name that a package can have');
  if (typeof version !== 'string' || !isVersion(version))
    throw packageInvalid(called, `its version ${JSON.stringify(version)} is none, such as "1.0.0"`);
  const peerDependencies = textsOf(json.peerDependencies);
  for (const [peer, range] of Object.entries(peerDependencies))
    if (!isRange(range))
      throw packageInvalid(called, `peerDependencies asks for ${peer} "${range}", which is no range of versions`);
  return {
    name,
    version,
    description: typeof json.description === 'string' ? json.description : '',
    dependencies: textsOf(json.dependencies),
    peerDependencies,
    optionalPeers: optionalIn(json.peerDependenciesMeta),
    optionalDependencies: textsOf(json.optionalDependencies),
    ...listsOf(json),
    exports: exportsOf(json),
  };
}

function listsOf(json: Json): Pick<PackageDescription, 'os' | 'cpu' | 'libc'> {
  const list = (key: 'os' | 'cpu' | 'libc'): Partial<Record<typeof key, readonly string[]>> => {
    const value = json[key];
    return Array.isArray(value) ? { [key]: value.filter((each) => typeof each === 'string') } : {};
  };
  return { ...list('os'), ...list('cpu'), ...list('libc') };
}

const optionalIn = (value: unknown): readonly string[] =>
  Object.entries(typeof value === 'object' && value !== null ? value : {})
    .filter(([, said]) => (said as { readonly optional?: unknown } | null)?.optional === true)
    .map(([name]) => name);

const textsOf = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(typeof value === 'object' && value !== null ? value : {}).filter((entry) => typeof entry[1] === 'string'),
  );

function exportsOf({ exports, main }: Json): Readonly<Record<string, string>> {
  const isMap = typeof exports === 'object' && exports !== null && Object.keys(exports).every((key) => key.startsWith('.'));
  const map: Readonly<Record<string, unknown>> = isMap ? (exports as Json) : { '.': exports ?? main };
  return Object.fromEntries(
    Object.entries(map).flatMap(([key, value]) => {
      const target = targetOf(value);
      return target === undefined ? [] : [[key, target]];
    }),
  );
}

/** As Node.js takes it for an import. */
function targetOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const { import: imported, node, default: other } = value as Json;
  return targetOf(node) ?? targetOf(imported) ?? targetOf(other);
}
