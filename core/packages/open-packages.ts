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
 * as it was stays out, and says which file; so does one whose code imports it, which would meet what was changed. The others start.
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
  const unsound = await unsoundAmong(current, portalModules, store, live);
  const sound = current.filter(({ id }) => !unsound.has(id));
  const folders = new Map(sound.map((record) => [record.packageName, store.folderOf(record)]));
  // What former starts linked leads nowhere any more either.
  for (const record of current) if (unsound.has(record.id)) await store.linkModules(store.folderOf(record), new Map());
  for (const record of sound) {
    try {
      live.set(record.id, await live.open(record, folders));
    } catch (error) {
      unsound.set(record.id, unreadable(error));
    }
  }
  const problems = current.flatMap((record): UnreadableModule | [] => {
    const { id, packageName } = record;
    const what = unsound.get(id);
    return what === undefined
      ? []
      : { package: packageName, id, folder: store.folderOf(record), message: `Package ${packageName} ${what}` };
  });
  return { store, live, modules: [...live.ids].flatMap((id) => live.get(id)?.module ?? []), problems };
}

/** Why packages stay out, by the id of their module: before any code of any of them is linked to that of another. */
async function unsoundAmong(
  current: readonly PackageRecord[],
  portalModules: readonly InstalledModule[],
  store: PackageStore,
  live: LivePackages,
): Promise<Map<string, string>> {
  const taken = new Set(portalModules.map(({ id }) => id));
  const unsound = new Map<string, string>();
  const look = async (record: PackageRecord): Promise<void> => {
    const { id } = record;
    if (taken.has(id))
      return void unsound.set(id, `stays out: the module ${id} comes with the portal now. Run portico modules remove ${id}.`);
    const faults = await store.faultsOf(store.folderOf(record), record.facts.digests);
    if (faults.length > 0) return void unsound.set(id, explained(record, faults));
    await live.describe(record).catch((error: unknown) => unsound.set(id, unreadable(error)));
  };
  await Promise.all(current.map(look));
  const given = new Set(portalModules.map(({ packageName }) => packageName));
  for (let size = -1; size !== unsound.size; ) {
    size = unsound.size;
    const missing = current.flatMap(({ id, packageName }) => (unsound.has(id) && !given.has(packageName) ? packageName : []));
    for (const { id, facts } of current) {
      const imported = facts.imports.find((name) => missing.includes(name));
      if (imported === undefined || unsound.has(id)) continue;
      unsound.set(
        id,
        `stays out: its code imports ${imported}, which stays out itself. When that is in order, start the portal again.`,
      );
    }
  }
  return unsound;
}

const unreadable = (error: unknown): string => `cannot be read: ${error instanceof Error ? error.message : String(error)}`;

function explained({ id, version }: PackageRecord, faults: readonly IntegrityFault[]): string {
  const some = faults.slice(0, 5).map(({ path, what }) => `${path} ${what === 'missing' ? 'is missing' : `was ${what}`}`);
  const more = faults.length > 5 ? ` and ${faults.length - 5} more` : '';
  return (
    `stays out: its files are not as they were installed (${some.join(', ')}${more}). ` +
    `Install version ${version} again: portico modules update <package of ${id}>.`
  );
}
