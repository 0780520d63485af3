import { existsSync } from 'node:fs';
import { cp, lstat, mkdir, open, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { hashPath } from '../persistence/blob-verifier.js';
import { syncFolder } from '../persistence/folder-sync.js';
import { explainStorageError } from '../persistence/storage-errors.js';
import type { FileDigests, PackageContents } from './package-contents.js';

/** What was found in a folder that is not as it was installed. */
export interface IntegrityFault {
  readonly path: string;
  readonly what: 'changed' | 'missing' | 'added';
}

/** Which installed files: `<version>-<first 16 digits of the digest>` in the folder of the module. */
export interface StoredPackage {
  readonly id: string;
  readonly version: string;
  readonly digest: string;
}

/**
 * The code of installed modules, in `PORTICO_HOME/modules`. Each version has a folder of its own, named after it and its digest; a folder is written
 * under another name and renamed when it is whole, so one that has its name is complete. Which of them count says the database; all others go.
 *
 * Beside them lies `node_modules` with links to the packages of the portal. Node.js loads what a link leads to, so every module gets the portal's own
 * copies, and the `exports` of these say what may be imported. Links to other installed modules lie in the folder of the one that imports them:
 * each version has its own, because Node.js remembers for good where a link led.
 */
export class PackageStore {
  readonly root: string;

  constructor(home: string) {
    this.root = join(home, 'modules');
  }

  /** Where the code of an installed package lies. */
  folderOf({ id, version, digest }: StoredPackage): string {
    return join(this.root, id, `${version}-${digest.slice(0, 16)}`);
  }

  /** Writes the files of a package; what lies there already under this name is as it was installed, or is written anew. @throws PortalError `storage-full` */
  async add(stored: StoredPackage, contents: PackageContents): Promise<string> {
    try {
      return await this.write(this.folderOf(stored), contents);
    } catch (error) {
      throw explainStorageError(error);
    }
  }

  private async write(folder: string, { files, digests }: PackageContents): Promise<string> {
    if (existsSync(folder)) {
      await this.unlinkModules(folder);
      if ((await this.faultsOf(folder, digests)).length === 0) return folder;
      await rm(folder, { recursive: true, force: true });
    }
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true, mode: 0o700 });
    const folders = new Set([partial]);
    for (const [path, content] of files) {
      const file = join(partial, path);
      if (!folders.has(dirname(file))) await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      for (let parent = dirname(file); !folders.has(parent); parent = dirname(parent)) folders.add(parent);
      const handle = await open(file, 'wx', 0o600);
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
    for (const each of folders) await syncFolder(each);
    await rename(partial, folder);
    await syncFolder(dirname(folder));
    await syncFolder(this.root);
    return folder;
  }

  /**
   * A copy of installed code under another name: code that was loaded from one name stays as it was for as long as the process lives.
   * The next start takes the original and sweeps the copies.
   * @param used names that were loaded from already, whether they are there or not.
   */
  async copyOf(folder: string, used: ReadonlySet<string>): Promise<string> {
    for (let number = 2; ; number += 1) {
      const copy = `${folder}.${number}`;
      if (used.has(copy) || existsSync(copy)) continue;
      await cp(folder, copy, { recursive: true, verbatimSymlinks: true });
      await this.unlinkModules(copy);
      return copy;
    }
  }

  /** Takes away everything that is none of these folders; and answers how much it was. Links are made anew at each start. */
  async sweep(kept: ReadonlySet<string>): Promise<number> {
    let count = 0;
    for (const id of await namesIn(this.root)) {
      if (id === 'node_modules') continue;
      const ofModule = join(this.root, id);
      const names = await namesIn(ofModule);
      const going = names.map((name) => join(ofModule, name)).filter((folder) => !kept.has(folder));
      for (const folder of going) await rm(folder, { recursive: true, force: true });
      count += going.length;
      if (going.length === names.length) await rm(ofModule, { recursive: true, force: true });
    }
    return count;
  }

  /** Gives installed modules the packages of the portal. @param packages absolute folders by name. */
  async linkPortal(packages: ReadonlyMap<string, string>): Promise<void> {
    const folder = join(this.root, 'node_modules');
    // Once in a process, before any code is loaded from here. Anew, also where they seem right: through links that another process left,
    // code was loaded that did not get the portal's own copies.
    await rm(folder, { recursive: true, force: true });
    for (const [name, target] of packages) await link(join(folder, name), target);
  }

  /** Gives one installed module the installed modules whose API it imports. @param packages absolute folders by name. */
  async linkModules(folder: string, packages: ReadonlyMap<string, string>): Promise<void> {
    await this.unlinkModules(folder);
    for (const [name, target] of packages) await link(join(folder, 'node_modules', name), target);
  }

  /**
   * Compares a folder with what was installed, byte for byte.
   * @param digests of every file, as it was installed. Links to other installed modules are not part of it.
   */
  async faultsOf(folder: string, digests: FileDigests): Promise<readonly IntegrityFault[]> {
    const faults: IntegrityFault[] = [];
    const missing = new Set(Object.keys(digests));
    const walk = async (inside: string): Promise<void> => {
      const entries = await readdir(join(folder, inside), { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        const path = inside === '' ? entry.name : `${inside}/${entry.name}`;
        if (entry.isDirectory()) {
          await walk(path);
          continue;
        }
        missing.delete(path);
        const known = Object.hasOwn(digests, path) ? digests[path] : undefined;
        if (entry.isSymbolicLink() && known === undefined && (await this.isOwnLink(folder, path))) continue;
        if (known === undefined) faults.push({ path, what: 'added' });
        else if (!entry.isFile() || (await hashPath(join(folder, path))).sha256 !== known) faults.push({ path, what: 'changed' });
      }
    };
    await walk('');
    return [...faults, ...[...missing].map((path) => ({ path, what: 'missing' as const }))];
  }

  /** Links in `node_modules` of an installed module lead to other installed modules; archives have none. */
  private async unlinkModules(folder: string): Promise<void> {
    const modules = join(folder, 'node_modules');
    for (const name of await namesIn(modules)) {
      const names = name.startsWith('@') ? (await namesIn(join(modules, name))).map((inner) => `${name}/${inner}`) : [name];
      for (const each of names) if (await this.isOwnLink(folder, `node_modules/${each}`)) await rm(join(modules, each));
      if (name.startsWith('@') && (await namesIn(join(modules, name))).length === 0)
        await rm(join(modules, name), { recursive: true, force: true });
    }
    if (existsSync(modules) && (await namesIn(modules)).length === 0) await rm(modules, { recursive: true, force: true });
  }

  private async isOwnLink(folder: string, path: string): Promise<boolean> {
    if (!/^node_modules\/(?:@[^/]+\/)?[^/]+$/.test(path)) return false;
    const link = join(folder, path);
    if (!(await lstat(link)).isSymbolicLink()) return false;
    const target = await readlink(link);
    return target.startsWith(this.root + sep) && !relative(this.root, target).startsWith('..');
  }
}

async function link(path: string, target: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // Windows lets everybody make junctions, and few make symbolic links.
  await symlink(target, path, process.platform === 'win32' ? 'junction' : 'dir');
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
