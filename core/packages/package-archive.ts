import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { PortalError } from '../api/index.js';

/** The files of a package by their path inside of it, with `/` between folders. */
export type PackageFiles = ReadonlyMap<string, Uint8Array>;

const mebibyte = 1024 * 1024;
/** What a package may have at most. */
export const packageLimits = {
  /** Bytes of the archive. */
  archiveBytes: 64 * mebibyte,
  /** Bytes of all its files. */
  bytes: 256 * mebibyte,
  files: 20_000,
  /** Characters of a path, and bytes of one name, which is what file systems take. */
  pathLength: 400,
  nameBytes: 255,
  /** How many times larger it may become, once it is larger than `modestBytes`. */
  ratio: 100,
  modestBytes: 16 * mebibyte,
} as const;

/** @throws PortalError `package-invalid`; its message names the package, what is wrong, and what to do. */
export function packageInvalid(name: string, what: string, cause?: unknown, remedy = 'mend it and pack it again'): PortalError {
  return new PortalError('package-invalid', `The package ${name} cannot be used: ${what}; ${remedy}.`, {
    status: 422,
    expose: true,
    details: { package: name },
    cause,
  });
}

/** Before it is read, or while it comes in. @throws PortalError `package-invalid` */
export function assertArchiveSize(name: string, bytes: number): void {
  if (bytes > packageLimits.archiveBytes)
    throw packageInvalid(name, `it is larger than ${inMebibytes(packageLimits.archiveBytes)}`);
}

/**
 * Reads an npm package, which is a gzipped tar archive with one folder in it. Everything is listed and checked here, in memory, before anything is
 * written: real counts of bytes and files, no links, no path that leads out, no two files that are one on some system.
 * @param name how messages call it.
 * @throws PortalError `package-invalid`
 */
export async function readArchive(name: string, bytes: Uint8Array): Promise<PackageFiles> {
  assertArchiveSize(name, bytes.length);
  const tar = await unzipped(name, bytes);
  const files = new CheckedFiles(name);
  let root: string | undefined;
  await new Promise<void>((resolve, reject) => {
    const parser = new Parser({ strict: true, maxMetaEntrySize: 64 * 1024 });
    parser.on('error', (error: unknown) => reject(broken(name, error)));
    parser.on('entry', (entry: ReadEntry) => {
      try {
        const [first = '', ...rest] = entry.path.split('/');
        root ??= first;
        if (entry.type === 'Directory') {
          files.checkPath(rest.filter((part) => part !== '').join('/') || '.', entry.path);
          entry.resume();
          return;
        }
        if (entry.type !== 'File' && entry.type !== 'OldFile' && entry.type !== 'ContiguousFile')
          throw packageInvalid(
            name,
            `${entry.path} is no file (${entry.type}); a package has files and folders only, and no links`,
          );
        if (first !== root || rest.length === 0) throw packageInvalid(name, `${entry.path} does not lie in its folder ${root}`);
        const path = rest.join('/');
        files.checkPath(path, entry.path);
        const chunks: Buffer[] = [];
        entry.on('data', (chunk: Buffer) => void chunks.push(Buffer.from(chunk)));
        entry.on('end', () => {
          try {
            files.add(path, Buffer.concat(chunks));
          } catch (error) {
            reject(error);
          }
        });
      } catch (error) {
        reject(error);
        entry.resume();
      }
    });
    parser.on('end', resolve);
    parser.end(tar);
  });
  return files.all();
}

/** Collects the files of a package, and refuses what cannot lie side by side in a folder of every system. */
export class CheckedFiles {
  private readonly files = new Map<string, Uint8Array>();
  /** Paths as systems see them that do not tell cases apart: of files, and of folders. */
  private readonly known = new Map<string, { readonly path: string; readonly kind: 'file' | 'folder' }>();
  private bytes = 0;

  constructor(private readonly name: string) {}

  /** @param shown the path as the package spells it. */
  checkPath(path: string, shown: string): void {
    const parts = path.split('/');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    const isUnusable = /^[/~]|^[A-Za-z]:|[\\\u0000-\u001f\u007f]/.test(path) || /^[/~]|^[A-Za-z]:/.test(shown);
    if (isUnusable || parts.some((part) => part === '..' || part === '' || (part === '.' && path !== '.')))
      throw this.invalid(`${JSON.stringify(shown)} is no path inside of it`);
    if (path.length > packageLimits.pathLength)
      throw this.invalid(`a path is longer than ${packageLimits.pathLength} characters: ${path.slice(0, 80)}…`);
    if (parts.some((part) => Buffer.byteLength(part) > packageLimits.nameBytes))
      throw this.invalid(`a name is longer than ${packageLimits.nameBytes} bytes in ${path.slice(0, 80)}…`);
  }

  add(path: string, content: Uint8Array): void {
    this.checkPath(path, path);
    this.bytes += content.length;
    if (this.bytes > packageLimits.bytes) throw this.invalid(`its files are larger than ${inMebibytes(packageLimits.bytes)}`);
    if (this.files.size >= packageLimits.files) throw this.invalid(`it has more than ${packageLimits.files} files`);
    const parts = path.split('/');
    for (let length = 1; length < parts.length; length += 1) this.take(parts.slice(0, length).join('/'), 'folder');
    this.take(path, 'file');
    this.files.set(path, content);
  }

  all(): PackageFiles {
    return this.files;
  }

  private take(path: string, kind: 'file' | 'folder'): void {
    const key = path.normalize('NFC').toLowerCase();
    const known = this.known.get(key);
    if (known === undefined) this.known.set(key, { path, kind });
    else if (kind === 'file' || known.kind === 'file' || known.path !== path)
      throw this.invalid(known.path === path ? `it has ${path} twice` : `${known.path} and ${path} are one on some systems`);
  }

  private invalid(what: string): PortalError {
    return packageInvalid(this.name, what);
  }
}

async function unzipped(name: string, bytes: Uint8Array): Promise<Buffer> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b)
    throw packageInvalid(name, 'it is no archive as npm pack makes it (a gzipped tar file)', undefined, 'pack it so');
  const { modestBytes, ratio, bytes: most } = packageLimits;
  const maxOutputLength = Math.min(most + modestBytes, Math.max(modestBytes, bytes.length * ratio));
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw broken(name, error);
    throw packageInvalid(name, `it becomes larger than ${inMebibytes(maxOutputLength)} when it is unpacked`);
  }
}

function broken(name: string, error: unknown): PortalError {
  if (error instanceof PortalError) return error;
  return packageInvalid(
    name,
    `the archive is damaged or cut off (${(error as Error).message})`,
    error,
    'fetch it again, or pack it again',
  );
}

const inMebibytes = (bytes: number): string => `${Math.round(bytes / mebibyte)} MB`;
