import { readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Class, type Disposable, type MigrationInterface, PortalError, toDisposable } from '../api/index.js';
import { type InstalledModule, runInModule, startIdleTimeout } from '../kernel/index.js';
import { withTimeout } from '../util/with-timeout.js';

/** What one module keeps in the database, or why that cannot be said. */
interface ModuleData {
  readonly entities: readonly Class<object>[];
  readonly migrations: readonly Class<MigrationInterface>[];
  readonly fault?: unknown;
}

/** How long nothing may have been read, once something has, before what is unread is given up: one that never ends shall not keep the door shut. */
export interface ReadingLimits {
  /** While only such are unread as the portal can do without. */
  readonly openMillis: number;
  /** While one is unread that it cannot do without, or nothing has been read yet: storage may be slow. */
  readonly startMillis: number;
}

/**
 * Entities and migrations of the modules, collected before the database is opened. A module whose files cannot be read is
 * left out here and fails when it starts; the others are not touched.
 */
export class ModuleDataCatalog {
  private constructor(private readonly data: Map<InstalledModule, ModuleData>) {}

  static async read(modules: readonly InstalledModule[], { openMillis, startMillis }: ReadingLimits): Promise<ModuleDataCatalog> {
    const needed = neededOf(modules);
    let hasRead = false;
    const data = new Map<InstalledModule, ModuleData>();
    let stop: () => void = () => {};
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    const timeouts = [
      startIdleTimeout(startMillis, stop),
      startIdleTimeout(openMillis, () => {
        if (hasRead && needed.every((module) => data.has(module))) stop();
      }),
    ];
    const reading = modules.map(async (module) => {
      const read = await runInModule(module.id, () => readData(module));
      data.set(module, read);
      hasRead ||= module.manifest.entities !== undefined || module.manifest.migrations !== undefined;
      for (const timeout of timeouts) timeout.restart();
    });
    await Promise.race([Promise.all(reading), stopped]);
    for (const timeout of timeouts) void timeout.dispose();
    const fault = neverEnds();
    const all = new Map(modules.map((module) => [module, data.get(module) ?? without(fault)]));
    return new ModuleDataCatalog(all);
  }

  get entities(): readonly Class<object>[] {
    return [...this.data.values()].flatMap(({ entities }) => entities);
  }

  knows(module: InstalledModule): boolean {
    return this.data.has(module);
  }

  /** A module that comes later. Answers its entities, and what forgets the module. */
  async add(module: InstalledModule): Promise<{ readonly entities: readonly Class<object>[]; readonly known: Disposable }> {
    const reading = runInModule(module.id, () => readData(module));
    const read = await withTimeout(reading, laterMillis, neverEnds).catch((fault: unknown) => without(fault));
    this.data.set(module, read);
    return { entities: read.entities, known: toDisposable(() => void this.data.delete(module)) };
  }

  /** @throws PortalError `module-data-broken` */
  migrationsOf(module: InstalledModule): readonly Class<MigrationInterface>[] {
    const data = this.data.get(module);
    if (data?.fault) {
      const message = data.fault instanceof Error ? data.fault.message : String(data.fault);
      throw new PortalError('module-data-broken', `The entities or migrations of ${module.id} cannot be read: ${message}`, {
        cause: data.fault,
      });
    }
    return data?.migrations ?? [];
  }

  /** The file that exports a migration, relative to the package; asked only when something is wrong with it. */
  async fileOf(module: InstalledModule, migration: Class<MigrationInterface>): Promise<string | undefined> {
    if (module.manifest.migrations === undefined) return undefined;
    const list = resolve(module.folder, module.manifest.migrations);
    const files = (await readdir(dirname(list))).filter((name) => /\.m?js$/.test(name)).map((name) => join(dirname(list), name));
    // The list itself comes last: it names all of them.
    for (const file of [...files.filter((other) => other !== list), list]) {
      const exported: unknown[] = Object.values((await import(pathToFileURL(file).href)) as object);
      if (file === list || exported.includes(migration)) return relative(module.folder, file);
    }
    return undefined;
  }
}

/** Those that the portal cannot open without, and those whose services these require. */
function neededOf(modules: readonly InstalledModule[]): readonly InstalledModule[] {
  const needed = new Set<InstalledModule>();
  const add = (module: InstalledModule): void => {
    if (needed.has(module)) return;
    needed.add(module);
    for (const service of Object.keys(module.manifest.requires ?? {}))
      modules.filter(({ manifest }) => manifest.provides?.[service] !== undefined).forEach(add);
  };
  modules.filter(({ manifest }) => manifest.onFailure === 'stop-portal').forEach(add);
  return [...needed];
}

/** How long a module that comes later may take to load its entities. */
const laterMillis = 15_000;

async function readData(module: InstalledModule): Promise<ModuleData> {
  try {
    const [entities, migrations] = await Promise.all([
      readList<object>(module, module.manifest.entities),
      readList<MigrationInterface>(module, module.manifest.migrations),
    ]);
    return { entities, migrations };
  } catch (fault) {
    return without(fault);
  }
}

const neverEnds = (): Error => new Error('loading them does not come to an end.');

const without = (fault: unknown): ModuleData => ({ entities: [], migrations: [], fault });

async function readList<T>({ folder }: InstalledModule, file: string | undefined): Promise<readonly Class<T>[]> {
  if (file === undefined) return [];
  const path = resolve(folder, file);
  if (!path.startsWith(folder + sep)) throw new Error(`${file} lies outside of the package.`);
  const { default: list } = (await import(pathToFileURL(path).href)) as { default?: unknown };
  if (!Array.isArray(list) || list.some((entry) => typeof entry !== 'function'))
    throw new Error(`${file} must export an array of classes as default.`);
  return list as Class<T>[];
}
