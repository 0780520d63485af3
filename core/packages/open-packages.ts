import type { Log, UnreadableModule } from '../api/index.js';
import type { InstalledModule } from '../kernel/index.js';
import type { ModuleTables } from '../persistence/index.js';
import { LivePackages, type ModuleData } from './live-packages.js';
import type { PackageRecord, PackageRecords } from './package-records.js';
import { type IntegrityFault, PackageStore } from './package-store.js';

export interface OpenPackagesDependencies {
  readonly home: string;
  /** Those that come with the portal. */
  readonly portalModules: readonly InstalledModule[];
  readonly records: PackageRecords;
  readonly tables: ModuleTables;
  readonly data: ModuleData;
  readonly log: Log;
}

export interface OpenPackages {
  readonly store: PackageStore;
  readonly live: LivePackages;
  readonly modules: readonly InstalledModule[];
  /** Packages that are installed, and stay out of this process. */
  readonly problems: readonly UnreadableModule[];
}

/**
 * Makes the installed packages ready for the start of the portal. A change that was under way when the last process ended is undone: its tables are
 * restored, and code that no record names goes. Then the files of every package are compared with what was installed, byte for byte: one that is not
 * as it was stays out, and says which file; the others start.
 */
export async function openPackages({
  home,
  portalModules,
  records,
  tables,
  data,
  log,
}: OpenPackagesDependencies): Promise<OpenPackages> {
  for (const owner of tables.unfinished()) {
    await tables.restore(owner);
    log.warn('A change of a module had not come to its end; its tables are as they were before.', { module: owner });
  }
  const store = new PackageStore(home);
  const live = new LivePackages(store, data, portalModules);
  const all = await records.all();
  const swept = await store.sweep(new Set(all.map((record) => store.folderOf(record))));
  if (swept > 0) log.info('Code of modules that are not installed was taken away.', { folders: swept });
  const current = all.filter(({ age }) => age === 0);
  const problems: UnreadableModule[] = [];
  const taken = new Set(portalModules.map(({ id }) => id));
  const folders = new Map(current.map((record) => [record.packageName, store.folderOf(record)]));
  for (const record of current) {
    const folder = store.folderOf(record);
    const unreadable = (what: string): void =>
      void problems.push({
        package: record.packageName,
        id: record.id,
        folder,
        message: `Package ${record.packageName} ${what}`,
      });
    if (taken.has(record.id)) {
      unreadable(`stays out: the module ${record.id} comes with the portal now. Run portico modules remove ${record.id}.`);
      continue;
    }
    const faults = await store.faultsOf(folder, record.facts.digests);
    if (faults.length > 0) {
      unreadable(explained(record, faults));
      continue;
    }
    try {
      live.set(record.id, await live.open(record, folders));
    } catch (error) {
      unreadable(`cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { store, live, modules: [...live.ids].flatMap((id) => live.get(id)?.module ?? []), problems };
}

function explained({ id, version }: PackageRecord, faults: readonly IntegrityFault[]): string {
  const some = faults.slice(0, 5).map(({ path, what }) => `${path} ${what === 'missing' ? 'is missing' : `was ${what}`}`);
  const more = faults.length > 5 ? ` and ${faults.length - 5} more` : '';
  return (
    `stays out: its files are not as they were installed (${some.join(', ')}${more}). ` +
    `Install version ${version} again: portico modules update <package of ${id}>.`
  );
}
