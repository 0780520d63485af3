import { type InstalledModule, readManifests } from '../kernel/index.js';
import { distribution } from '../portal/project-root.js';
import { importFaults, packageFaults } from './check-code.js';
import { pageFaults } from './check-pages.js';
import { iconFaults, messageFaults, styleFaults, viewFaults } from './check-texts.js';
import { manifestDifferences, manifestInCode, offeredVersions, writeManifest } from './manifest.js';
import { readModulePackage } from './package-file.js';

/**
 * `portico module check`: everything that can be said of a built module before anybody installs it. Says what is wrong, a line each.
 * @param fix writes what the code says into the manifest.
 * @returns the exit code: 0 when nothing is wrong.
 */
export async function checkModule(folder: string, { fix }: { readonly fix: boolean }): Promise<number> {
  const module = readModulePackage(folder);
  const { name, version, portico } = module.content;
  const { modules, problems } = await readManifests([folder]);
  const [installed] = modules as readonly (InstalledModule | undefined)[];
  const faults = problems.map(({ message }) => message);
  if (installed !== undefined) {
    const offers = await offersAround(folder);
    const written = await manifestInCode(module, offers);
    const differences = manifestDifferences(module, written);
    if (fix) writeManifest(module, written);
    else
      faults.push(...differences.map((each) => `package.json: ${each}. portico module check --fix writes what the code says.`));
    const wanted = { ...written.requires, ...written.optional, ...written.decorates };
    faults.push(
      ...Object.keys(wanted)
        .filter((id) => !offers.has(id))
        .map((id) => `package.json: nobody here offers ${id}.`),
      ...(await viewFaults(installed)),
      ...(await packageFaults(module)),
    );
  }
  faults.push(...importFaults(module), ...messageFaults(module), ...iconFaults(module), ...styleFaults(module));
  const looked = faults.length === 0 ? await pageFaults(module) : undefined;
  faults.push(...(looked?.faults ?? []));
  for (const each of faults) console.error(each);
  if (faults.length > 0) return 1;
  const pages =
    looked?.pages === undefined
      ? 'There is no Chromium here, so its pages were not looked at (CHROMIUM_PATH).'
      : `Pages that were looked at: ${looked.pages}.`;
  console.log(`${name} ${version} (${portico.id}) is in order. ${pages}`);
  return 0;
}

/** What the modules offer that the portal comes with, this one, and those that are installed beside it. */
async function offersAround(folder: string): Promise<ReadonlyMap<string, string>> {
  const { modules } = await readManifests([...distribution.modulePaths, folder]);
  return offeredVersions(modules);
}
