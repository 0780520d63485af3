import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Class, Disposable, MigrationInterface, ReplacedCode, UnreadableModule } from '../api/index.js';
import { type InstalledModule, readManifests } from '../kernel/index.js';
import { coreFolder } from '../util/core-folder.js';
import { packageInvalid } from './package-archive.js';
import type { ProvidedPackage } from './package-imports.js';
import type { PackageRecord } from './package-records.js';
import type { PackageStore } from './package-store.js';

/** What modules keep in the database, as far as installing has to do with it. */
export interface ModuleData {
  /** Reads entities and migrations of a module, and makes the entities known until the answer is disposed. */
  add(module: InstalledModule): Promise<Disposable>;
  /** Reads them if that was left undone: of a module that is left out. */
  migrationsOf(module: InstalledModule): Promise<readonly Class<MigrationInterface>[]>;
}

/** An installed module whose code this process has loaded, or will load. */
export interface LivePackage {
  readonly record: PackageRecord;
  readonly module: InstalledModule;
  readonly data: Disposable;
}

/** The installed packages as this process has them: which code was loaded from where, and what they give each other. */
export class LivePackages {
  private readonly live = new Map<string, LivePackage>();
  /** Folders whose code this process may have loaded: it never loads from there again. */
  private readonly used = new Set<string>();
  private loadedBytes = 0;

  private linked: Promise<void> | undefined;

  constructor(
    private readonly store: PackageStore,
    private readonly data: ModuleData,
    /** Those that come with the portal. */
    private readonly portalModules: readonly InstalledModule[],
  ) {}

  get(id: string): LivePackage | undefined {
    return this.live.get(id);
  }

  get ids(): ReadonlySet<string> {
    return new Set(this.live.keys());
  }

  set(id: string, next: LivePackage | undefined): void {
    if (next) this.live.set(id, next);
    else this.live.delete(id);
  }

  /** Code that this process loaded and runs no more. */
  get replaced(): ReplacedCode {
    const running = [...this.live.values()].reduce((bytes, { record }) => bytes + record.facts.bytes, 0);
    return { versions: this.used.size - this.live.size, bytes: Math.max(0, this.loadedBytes - running) };
  }

  /** Folders of code that runs. */
  get folders(): readonly string[] {
    return [...this.live.values()].map(({ module }) => module.folder);
  }

  /** All that a module may import, by the name of the package. */
  provided(): ReadonlyMap<string, ProvidedPackage> {
    return new Map([
      ...[...this.live.values()].map(
        ({ module: { packageName, folder, id } }) => [packageName, providedBy(folder, id, true)] as const,
      ),
      ...providedByPortal(this.portalModules),
    ]);
  }

  /** A version whose files lie in the store, ready to be loaded by this process as if for the first time. */
  async open(record: PackageRecord, links: ReadonlyMap<string, string> = new Map()): Promise<LivePackage> {
    const folder = this.store.folderOf(record);
    return this.load(record, this.used.has(folder) ? await this.store.copyOf(folder, this.used) : folder, links);
  }

  /** Those whose code imports the API of a module: when it changes their code is to be loaded again. */
  importersOf(packageName: string): readonly LivePackage[] {
    return [...this.live.values()].filter(({ record }) => record.facts.imports.includes(packageName));
  }

  /** Gives code the packages of the portal, and the installed modules that it imports. @param links where some of them lie that are not live yet. */
  async link(folder: string, imports: readonly string[], links: ReadonlyMap<string, string> = new Map()): Promise<void> {
    this.linked ??= this.store.linkPortal(portalFolders(this.portalModules));
    await this.linked;
    const others = new Map([...this.live.values()].map(({ module }) => [module.packageName, module.folder]));
    const imported = imports.flatMap((name) => {
      const target = links.get(name) ?? others.get(name);
      return target === undefined ? [] : [[name, target] as const];
    });
    await this.store.linkModules(folder, new Map(imported));
  }

  /** What a version says of itself. None of its code runs. */
  async describe(record: PackageRecord, folder = this.store.folderOf(record)): Promise<InstalledModule> {
    const { modules, problems } = await readManifests([folder]);
    const [module] = modules;
    if (module) return module;
    const what = problems.map(({ message }: UnreadableModule) => message.replace(/\.$/, '')).join('; ');
    throw packageInvalid(record.packageName, what);
  }

  migrationsOf({ module }: LivePackage): Promise<readonly Class<MigrationInterface>[]> {
    return this.data.migrationsOf(module);
  }

  private async load(record: PackageRecord, folder: string, links: ReadonlyMap<string, string>): Promise<LivePackage> {
    if (!this.used.has(folder)) this.loadedBytes += record.facts.bytes;
    this.used.add(folder);
    await this.link(folder, record.facts.imports, links);
    const module = await this.describe(record, folder);
    return { record, module, data: await this.data.add(module) };
  }
}

interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly exports?: unknown;
}

/** Folders of the packages that the portal gives to installed modules, by name: its core, and the modules that come with it. */
function portalFolders(modules: readonly InstalledModule[]): ReadonlyMap<string, string> {
  return new Map([
    [readPackage(coreFolder).name, coreFolder],
    ...modules.map(({ packageName, folder }) => [packageName, folder] as const),
  ]);
}

/** What modules may import of the portal itself, by the name of the package. @param portalModules those that come with it. */
export function providedByPortal(portalModules: readonly InstalledModule[]): ReadonlyMap<string, ProvidedPackage> {
  const modules = new Map(portalModules.map(({ packageName, id }) => [packageName, id]));
  return new Map(
    [...portalFolders(portalModules)].map(([name, folder]) => [name, providedBy(folder, modules.get(name))] as const),
  );
}

/** What may be imported of a package of the portal. @param module its id; undefined for the core. */
function providedBy(folder: string, module?: string, isInstalled = false): ProvidedPackage {
  const { version, exports } = readPackage(folder);
  const names = typeof exports === 'object' && exports !== null ? Object.keys(exports) : ['.'];
  return { version, exports: new Set(names), ...(module === undefined ? {} : { module }), isInstalled };
}

function readPackage(folder: string): PackageFile {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageFile;
}
