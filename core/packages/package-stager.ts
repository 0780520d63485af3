import { type ModulePlan, type PackageSource, PortalError } from '../api/index.js';
import type { Kernel } from '../kernel/index.js';
import { compareVersions } from '../libraries/kernel.js';
import type { ModuleTables } from '../persistence/index.js';
import { type Declared, readDeclarations } from './declarations.js';
import type { LivePackage, LivePackages } from './live-packages.js';
import type { PackageFiles } from './package-archive.js';
import { type InspectedPackage, inspectPackage, loadedFiles, nothingDeclared } from './package-inspector.js';
import { type NextVersion, type PlannedVersion, type PlanningContext, planOf } from './package-planner.js';
import type { PackageRecord, PackageRecords } from './package-records.js';
import type { SigningPolicy } from './package-signature.js';
import type { PackageStore } from './package-store.js';

export interface StagingDependencies {
  readonly kernel: Pick<Kernel, 'modules' | 'coreOffers' | 'dependentsOf' | 'explanations'>;
  readonly live: LivePackages;
  readonly store: PackageStore;
  readonly records: PackageRecords;
  readonly tables: ModuleTables;
  readonly signing: SigningPolicy;
}

/** A package that was read, planned, and lies in the store. */
export interface StagedPackage {
  readonly plan: ModulePlan;
  readonly record: PackageRecord;
}

/** Reads packages and says what they would change. Of what runs nothing is changed here. */
export class PackageStager {
  constructor(private readonly dependencies: StagingDependencies) {}

  /** Reads a package and says what it would change. Its files lie in the store then, under a name that nobody uses. */
  async stage(source: PackageSource, wanted?: 'install' | 'update'): Promise<StagedPackage> {
    const { signing, live, store, kernel } = this.dependencies;
    const provided = live.provided();
    const found = await inspectPackage(source, signing, provided);
    const { contents, signature, imports } = found;
    const { manifest, description, digest, bytes } = contents;
    const now = live.get(manifest.id);
    const action = actionOf(now, { version: description.version, digest });
    if (action === 'none') {
      const { record } = now as LivePackage;
      return {
        plan: planOf(
          'none',
          this.versionOf(found, now?.record.facts.declared ?? nothingDeclared),
          undefined,
          await this.context(manifest.id, provided),
        ),
        record,
      };
    }
    const stored = { id: manifest.id, version: description.version, digest };
    const problems = [...found.problems];
    if (wanted === 'install' && now !== undefined)
      problems.push(`${manifest.id} ${now.record.version} is installed already; portico modules update changes it`);
    if (wanted === 'update' && now === undefined)
      problems.push(`${manifest.id} is not installed; portico modules install does that`);
    let declared = nothingDeclared;
    const isForeign = kernel.modules.some(({ id }) => id === manifest.id) && now === undefined;
    if (problems.length === 0 && !isForeign) {
      const folder = await store.add(stored, contents);
      await live.link(folder, imports);
      const answer = await readDeclarations(loadedFiles(contents, folder));
      if ('fault' in answer) problems.push(`its code cannot be loaded: ${answer.fault}`);
      else declared = withLabels(answer.declared, contents.files);
    }
    const next = { ...this.versionOf(found, declared), problems };
    const plan = planOf(wanted ?? action, next, now && plannedVersion(now), await this.context(manifest.id, provided));
    const record = {
      ...stored,
      packageName: description.name,
      age: 0,
      installedAt: '',
      source: found.source,
      facts: { manifest, description: description.description, digests: contents.digests, bytes, signature, imports, declared },
    };
    return { plan, record };
  }

  /** The version before the last update, and what going back to it would change. */
  async stageRollback(id: string): Promise<StagedPackage> {
    const { live, records, store, tables } = this.dependencies;
    const now = this.mustBeLive(id);
    const record = (await records.all()).find((each) => each.id === id && each.age > 0);
    if (record === undefined) throw refused(`There is no version of ${id} before ${now.record.version} to go back to.`, id);
    const folder = store.folderOf(record);
    const problems: string[] = (await store.faultsOf(folder, record.facts.digests)).map(
      ({ path, what }) => `the files of ${record.version} are not as they were installed: ${path} is ${what}`,
    );
    const { declared } = record.facts;
    const known = new Map(now.record.facts.declared.migrations.map(({ name, reversible }) => [name, reversible]));
    const going = tables.applied(id).filter((name) => !declared.migrations.some((each) => each.name === name));
    for (const name of going)
      if (known.get(name) !== true)
        problems.push(`its migration ${name} cannot be taken back: it has no "down" that does something`);
    const next: NextVersion = {
      manifest: record.facts.manifest,
      declared,
      version: record.version,
      digest: record.digest,
      description: { name: record.packageName, description: record.facts.description, peerDependencies: {}, optionalPeers: [] },
      files: Object.keys(record.facts.digests).length,
      bytes: record.facts.bytes,
      signature: record.facts.signature,
      problems,
    };
    const plan = planOf('rollback', next, plannedVersion(now), await this.context(id, live.provided()));
    const note = `Its migrations ${going.join(', ')} are taken back: what they added goes. The database is copied before.`;
    return { plan: going.length > 0 ? { ...plan, notes: [...plan.notes, note] } : plan, record };
  }

  /** Whether it runs, or stays out because its files are not as they were. @throws PortalError `module-unknown`, `package-refused` */
  async mustBeInstalled(id: string): Promise<PackageRecord> {
    const record = (await this.dependencies.records.all()).find((each) => each.id === id && each.age === 0);
    return record ?? this.mustBeLive(id).record;
  }

  /** @throws PortalError `module-unknown`, `package-refused` */
  mustBeLive(id: string): LivePackage {
    const known = this.dependencies.live.get(id);
    if (known) return known;
    const isThere = this.dependencies.kernel.modules.some((module) => module.id === id);
    if (isThere)
      throw refused(`The module ${id} comes with the portal; it can be disabled, and neither changed nor removed here.`, id);
    throw new PortalError('module-unknown', `There is no module ${id}.`, { status: 404, expose: true });
  }

  private versionOf({ contents, signature, problems }: InspectedPackage, declared: NextVersion['declared']): NextVersion {
    const { manifest, description, digest, files, bytes } = contents;
    return {
      manifest,
      declared,
      version: description.version,
      digest,
      description,
      files: files.size,
      bytes,
      signature,
      problems,
    };
  }

  private async context(id: string, provided: PlanningContext['provided']): Promise<PlanningContext> {
    const { kernel, live, tables } = this.dependencies;
    return {
      modules: kernel.modules,
      installed: live.ids,
      dependents: kernel.dependentsOf(id),
      coreOffers: kernel.coreOffers,
      provided,
      applied: tables.applied(id),
      ownersAt: (point) => {
        const known = kernel.modules.map((module) => module.id);
        const found = kernel.explanations.points().find((each) => each.id === point)?.contributions ?? [];
        return new Map(
          found.flatMap(({ subject, module }) => (subject !== undefined && known.includes(module) ? [[subject, module]] : [])),
        );
      },
      takenTables: (names) => tables.taken(id, names),
    };
  }
}

function actionOf(
  now: LivePackage | undefined,
  { version, digest }: { readonly version: string; readonly digest: string },
): ModulePlan['action'] {
  if (now === undefined) return 'install';
  return now.record.digest === digest && compareVersions(now.record.version, version) === 0 ? 'none' : 'update';
}

/** Points whose contributions are declared by the key of their label. */
const labelled = ['portico.menu-items', 'portico.personal-menu-items'];

/** Menu items by the words that people will read, where the package has them. */
function withLabels(declared: Declared, files: PackageFiles): Declared {
  let words: Readonly<Record<string, unknown>> = {};
  try {
    words = JSON.parse(Buffer.from(files.get('messages/en.json') ?? []).toString('utf8'));
  } catch {
    // Without words, or with such as cannot be read: the key has to do.
  }
  const wordOf = (key: string): string => {
    const word = Object.hasOwn(words, key) ? words[key] : undefined;
    return typeof word === 'string' ? word : key;
  };
  const contributions = declared.contributions.map((each) =>
    labelled.includes(each.point) ? { ...each, names: each.names.map(wordOf) } : each,
  );
  return { ...declared, contributions };
}

function plannedVersion({ record, module }: LivePackage): PlannedVersion {
  return { manifest: module.manifest, declared: record.facts.declared, version: record.version, digest: record.digest };
}

export function refused(message: string, id: string): PortalError {
  return new PortalError('package-refused', message, { status: 409, expose: true, details: { module: id } });
}
