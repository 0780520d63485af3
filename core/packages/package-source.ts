import { createHash } from 'node:crypto';
import { lstat, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type PackageSource, PortalError } from '../api/index.js';
import { assertArchiveSize, CheckedFiles, type PackageFiles, packageInvalid, readArchive } from './package-archive.js';
import { jsonOf } from './package-contents.js';

/** A package as it was found. Nothing of it has been written or run. */
export interface FoundPackage {
  /** How messages call it. */
  readonly name: string;
  /** Where it came from, as people read it. */
  readonly source: string;
  readonly files: PackageFiles;
  /** The archive, and the text of its signature; a folder has neither. */
  readonly archive?: Uint8Array;
  readonly signature?: string;
}

/** @throws PortalError `package-not-found`, `package-invalid` */
export async function findPackage(source: PackageSource): Promise<FoundPackage> {
  if ('registry' in source) return fromRegistry(source.registry, source.integrity);
  if ('bytes' in source) return fromArchive(source.name, source.name, source.bytes, source.signature, source.integrity);
  const { path, integrity } = source;
  const name = basename(path);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw notFound(
      error.code === 'ENOENT'
        ? `There is no file ${path}; name an archive, a folder, or a package of the registry.`
        : `${path} cannot be read: ${error.message}.`,
      error,
    );
  });
  if (found.isDirectory()) return { name, source: path, files: await readFolder(name, path) };
  assertArchiveSize(name, found.size);
  const signature = await readFile(`${path}.sig`, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw notFound(`The signature ${path}.sig cannot be read: ${error.message}.`, error);
  });
  return fromArchive(name, path, await readFile(path), signature, integrity);
}

async function fromArchive(
  name: string,
  source: string,
  archive: Uint8Array,
  signature: string | undefined,
  integrity: string | undefined,
): Promise<FoundPackage> {
  if (integrity !== undefined) checkIntegrity(name, archive, integrity);
  return { name, source, files: await readArchive(name, archive), archive, ...(signature === undefined ? {} : { signature }) };
}

/**
 * The archive of a version in the registry that `npm_config_registry` names, or in npm's. What arrives is compared with the integrity that the
 * registry announced, and it is only fetched: no script of it runs.
 */
async function fromRegistry(spec: string, integrity: string | undefined): Promise<FoundPackage> {
  const { default: pacote } = await import('pacote');
  const cache = await mkdtemp(join(tmpdir(), 'portico-fetch-'));
  const { npm_config_registry: registry } = process.env;
  try {
    const archive = await pacote.tarball(spec, { cache, ...(registry ? { registry } : {}), ...(integrity ? { integrity } : {}) });
    return await fromArchive(spec, `${spec} (${archive.resolved})`, new Uint8Array(archive), undefined, undefined);
  } catch (error) {
    if (error instanceof PortalError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EINTEGRITY')
      throw packageInvalid(spec, 'what the registry sent is not what it announced', error, 'fetch it again');
    throw notFound(`The registry has no package ${spec} that can be fetched: ${message}.`, error);
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
}

/** @param integrity as `npm view` and lock files have it: `sha512-…`. */
function checkIntegrity(name: string, bytes: Uint8Array, integrity: string): void {
  const wanted = integrity
    .trim()
    .split(/\s+/)
    .map((each) => /^(sha256|sha384|sha512)-([A-Za-z0-9+/=]+)$/.exec(each));
  if (wanted.some((each) => each === null))
    throw packageInvalid(name, `its integrity ${integrity} is none`, undefined, 'give one such as sha512-…');
  const isSame = wanted.some((each) => {
    const [, algorithm = '', digest = ''] = each ?? [];
    return createHash(algorithm).update(bytes).digest('base64') === digest;
  });
  if (!isSame) throw packageInvalid(name, 'its bytes are not those of the integrity that was named', undefined, 'fetch it again');
}

/** Not part of what `npm pack` would take either. */
const left = new Set(['.git', '.gitignore', '.npmrc', '.npmignore', '.DS_Store', 'package-lock.json']);

/**
 * A folder as `npm pack` would take it: the files that package.json names under `files`, or all, and of `node_modules` what it bundles, with all
 * that these depend on.
 */
async function readFolder(name: string, folder: string): Promise<PackageFiles> {
  const json = jsonOf(name, await readFile(join(folder, 'package.json')).catch(() => undefined));
  const bundled = await bundledFolders(folder, json);
  const named = Array.isArray(json.files) ? json.files.filter((each) => typeof each === 'string') : undefined;
  const isNamed = (path: string): boolean =>
    named === undefined ||
    /^(?:package\.json|readme(?:\.\w+)?|licen[cs]e(?:\.\w+)?)$/i.test(path) ||
    path.startsWith('node_modules/') ||
    named
      .map((each) => each.replace(/^\.?\/+|\/?(?:\*\*?)?\/?$/g, ''))
      .some((each) => path === each || path.startsWith(`${each}/`) || each === '');
  const files = new CheckedFiles(name);
  const walk = async (inside: string): Promise<void> => {
    for (const entry of await readdir(join(folder, inside), { withFileTypes: true })) {
      const path = inside === '' ? entry.name : `${inside}/${entry.name}`;
      if (inside === '' && (left.has(entry.name) || entry.name.endsWith('.tgz'))) continue;
      if (entry.name === 'node_modules' && inside === '') continue;
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) {
        if (isNamed(path)) files.add(path, await readFile(join(folder, path)));
      } else if (isNamed(path))
        throw packageInvalid(name, `${path} is no file; a package has files and folders only, and no links`);
    }
  };
  await walk('');
  for (const each of bundled) await walk(each);
  return files.all();
}

/** Paths of the packages in `node_modules` that it bundles, and of those that they need there. */
async function bundledFolders(folder: string, json: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  const said = json.bundleDependencies ?? json.bundledDependencies;
  const dependencies = Object.keys((json.dependencies as object | undefined) ?? {});
  const open = Array.isArray(said) ? said.filter((each) => typeof each === 'string') : said === true ? dependencies : [];
  const found = new Set<string>();
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    const path = `node_modules/${each}`;
    const isThere = await lstat(join(folder, path)).catch(() => undefined);
    if (found.has(path) || !isThere?.isDirectory()) continue;
    found.add(path);
    const inner = JSON.parse(await readFile(join(folder, path, 'package.json'), 'utf8')) as { readonly dependencies?: object };
    open.push(...Object.keys(inner.dependencies ?? {}));
  }
  return [...found];
}

function notFound(message: string, cause: unknown): PortalError {
  return new PortalError('package-not-found', message, { status: 404, expose: true, cause });
}
