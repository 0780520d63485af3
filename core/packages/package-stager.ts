import { join, posix, sep } from 'node:path';
import { type ModulePlan, type PackageSource, PortalError } from '../api/index.js';
import type { Kernel } from '../kernel/index.js';
import { readMessages } from '../messages/index.js';
import type { ModuleTables } from '../persistence/index.js';
import { explainStorageError } from '../persistence/storage-errors.js';
import { type Declared, readDeclarations } from './declarations.js';
import type { LivePackages } from './live-packages.js';
import type { PackageFiles } from './package-archive.js';
import type { PackageContents } from './package-contents.js';
import { type InspectedPackage, inspectPackage, loadedFiles, nothingDeclared } from './package-inspector.js';
import { type NextVersion, type PlannedVersion, type PlanningContext, planOf } from './package-planner.js';
import type { PackageRecord, PackageRecords } from './package-records.js';
import type { SigningPolicy } from './package-signature.js';
import type { PackageStore, StoredPackage } from './package-store.js';
import { lostMigrations, takingBack } from './planned-migrations.js';

export interface StagingDependencies {
  readonly kernel: Pick<Kernel, 'modules' | 'coreOffers' | 'livingOn' | 'explanations'>;
  readonly live: LivePackages;
  readonly store: PackageStore;
  readonly records: PackageRecords;
  readonly tables: ModuleTables;
  readonly signing: SigningPolicy;
  /** Names of the packages that the portal is delivered with. */
  readonly ownPackages: ReadonlySet<string>;
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
    const { signing, live, kernel } = this.dependencies;
    const provided = live.provided();
    const found = await inspectPackage(source, signing, provided);
    const { contents, signature, imports } = found;
    const { manifest, description, digest, bytes } = contents;
    const now = await this.recordOf(manifest.id);
    // One whose files are not as they were does not run: the same package puts it right.
    const runs = live.get(manifest.id) !== undefined;
    if (now !== undefined && runs && now.digest === digest) {
      const same = this.versionOf(found, now.facts.declared);
      return { plan: planOf('none', same, plannedVersion(now), await this.context(manifest.id, provided)), record: now };
    }
    const stored = { id: manifest.id, version: description.version, digest };
    const problems = [...found.problems];
    if (wanted === 'install' && now !== undefined && runs)
      problems.push(`${manifest.id} ${now.version} is installed already; portico modules update changes it`);
    if (wanted === 'update' && now === undefined)
      problems.push(`${manifest.id} is not installed; portico modules install does that`);
    let declared = nothingDeclared;
    const isForeign = kernel.modules.some(({ id }) => id === manifest.id) && now === undefined;
    if (problems.length === 0 && !isForeign) {
      const folder = await this.write(stored, contents);
      await live.link(folder, imports);
      const answer = await readDeclarations(loadedFiles(contents, folder));
      if ('fault' in answer) problems.push(`its code cannot be loaded: ${answer.fault}; mend it and pack it again`);
      else {
        const isKept = (await this.dependencies.records.removed()).some(({ id }) => id === manifest.id);
        declared = withLabels(answer.declared, messagesIn(contents.files, manifest.messages));
        problems.push(
          ...found.unreadable,
          ...unreadableMessages(folder, manifest.messages),
          ...lostMigrations({ ...stored, declared }, this.dependencies.tables.applied(manifest.id), isKept),
        );
      }
    }
    const next = { ...this.versionOf(found, declared), problems };
    const action = wanted ?? (now === undefined ? 'install' : 'update');
    const plan = planOf(action, next, now && plannedVersion(now), await this.context(manifest.id, provided));
    const record = {
      ...stored,
      packageName: description.name,
      age: 0,
      installedAt: '',
      source: found.source,
      facts: {
        manifest,
        names: next.names,
        description: description.description,
        digests: contents.digests,
        bytes,
        signature,
        imports,
        declared,
      },
    };
    return { plan, record };
  }

  /** The version before the last update, and what going back to it would change. */
  async stageRollback(id: string): Promise<StagedPackage> {
    const { live, store, tables } = this.dependencies;
    const now = await this.mustBeInstalled(id);
    const record = await this.recordOf(id, 1);
    if (record === undefined) throw refused(`There is no version of ${id} before ${now.version} to go back to.`, id);
    const folder = store.folderOf(record);
    const problems: string[] = (await store.faultsOf(folder, record.facts.digests)).map(
      ({ path, what }) => `the files of ${record.version} are not as they were installed: ${path} is ${what}`,
    );
    const { declared } = record.facts;
    const known = new Map(now.facts.declared.migrations.map(({ name, reversible }) => [name, reversible]));
    const going = tables.applied(id).filter((name) => !declared.migrations.some((each) => each.name === name));
    for (const name of going)
      if (known.get(name) !== true)
        problems.push(`its migration ${name} cannot be taken back: it has no "down" that does something`);
    if (going.length > 0 && live.get(id) === undefined)
      problems.push(`its migrations are taken back by ${now.version}, which stays out; install that version again before`);
    const next: NextVersion = {
      manifest: record.facts.manifest,
      declared,
      version: record.version,
      digest: record.digest,
      description: { name: record.packageName, description: record.facts.description, peerDependencies: {}, optionalPeers: [] },
      names: record.facts.names ?? {},
      files: Object.keys(record.facts.digests).length,
      bytes: record.facts.bytes,
      signature: record.facts.signature,
      problems,
    };
    const plan = planOf('rollback', next, plannedVersion(now), await this.context(id, live.provided()));
    return { plan: going.length > 0 ? { ...plan, notes: [...plan.notes, takingBack(going).before] } : plan, record };
  }

  /** Whether it runs, or stays out because its files are not as they were. @throws PortalError `module-unknown`, `package-refused` */
  async mustBeInstalled(id: string): Promise<PackageRecord> {
    const known = await this.recordOf(id);
    if (known) return known;
    const isThere = this.dependencies.kernel.modules.some((module) => module.id === id);
    if (isThere)
      throw refused(`The module ${id} comes with the portal; it can be disabled, and neither changed nor removed here.`, id);
    throw new PortalError('module-unknown', `There is no module ${id}.`, { status: 404, expose: true });
  }

  /** @throws PortalError `storage-full` and its like; what was written of it goes with the next sweep. */
  private async write(stored: StoredPackage, contents: PackageContents): Promise<string> {
    try {
      return await this.dependencies.store.add(stored, contents);
    } catch (error) {
      const explained = explainStorageError(error);
      if (!(explained instanceof PortalError)) throw error;
      const { code, status, details, message } = explained;
      const why = message.replace(
        /(^|\. )([A-Z])/g,
        (_, before: string, letter: string) => (before ? '; ' : '') + letter.toLowerCase(),
      );
      const said = `${stored.id} ${stored.version} cannot be written into ${this.dependencies.store.root}: ${why}`;
      throw new PortalError(code, said, { status, expose: true, details, cause: error });
    }
  }

  /** @param age 0 for the version that runs, 1 for the one before it. */
  private async recordOf(id: string, age = 0): Promise<PackageRecord | undefined> {
    return (await this.dependencies.records.all()).find((each) => each.id === id && each.age === age);
  }

  private versionOf({ contents, signature, problems }: InspectedPackage, declared: NextVersion['declared']): NextVersion {
    const { manifest, description, digest, files, bytes } = contents;
    return {
      manifest,
      declared,
      version: description.version,
      digest,
      description,
      names: namesIn(files, manifest.messages),
      files: files.size,
      bytes,
      signature,
      problems,
    };
  }

  private async context(id: string, provided: PlanningContext['provided']): Promise<PlanningContext> {
    const { kernel, live, tables, ownPackages } = this.dependencies;
    return {
      ownPackages,
      modules: kernel.modules,
      installed: live.ids,
      dependents: kernel.livingOn(id),
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

/** Points whose contributions are declared by the key of their label. */
const labelled = ['portico.menu-items', 'portico.personal-menu-items'];

/** Menu items by the words that people will read, where the package has them. */
function withLabels(declared: Declared, words: ReadonlyMap<string, string>): Declared {
  const contributions = declared.contributions.map((each) =>
    labelled.includes(each.point) ? { ...each, names: each.names.map((key) => words.get(key) ?? key) } : each,
  );
  return { ...declared, contributions };
}

/** What a package calls its module, by locale. */
function namesIn(files: PackageFiles, folder = 'messages'): Readonly<Record<string, string>> {
  const locales = [...files.keys()].flatMap((path) => {
    const [, locale] = /^(?:\.\/)?(.+)\.json$/.exec(posix.relative(posix.normalize(folder), path)) ?? [];
    return locale === undefined || /^\.\.|\/|^sentences\./.test(locale) ? [] : [locale];
  });
  return Object.fromEntries(
    locales.flatMap((locale) => {
      const name = messagesIn(files, folder, locale).get('module.name');
      return name === undefined ? [] : [[locale, name]];
    }),
  );
}

/** Nothing where there are none, or such as cannot be read: that is said elsewhere. */
function messagesIn(files: PackageFiles, folder = 'messages', locale = 'en'): ReadonlyMap<string, string> {
  try {
    const text = new TextDecoder().decode(files.get(posix.join(folder, `${locale}.json`)));
    const entries: readonly (readonly [string, unknown])[] = Object.entries(JSON.parse(text) as object);
    return new Map(entries.flatMap(([key, word]) => (typeof word === 'string' ? [[key, word] as const] : [])));
  } catch {
    return new Map();
  }
}

function plannedVersion({ version, digest, facts: { manifest, declared } }: PackageRecord): PlannedVersion {
  return { manifest, declared, version, digest };
}

/** Messages that could not be shown. Of a module that runs already the next language stands in for them; one that comes is to have them whole. */
function unreadableMessages(folder: string, messages = 'messages'): readonly string[] {
  try {
    const { broken, brokenSentences } = readMessages(join(folder, messages));
    return [
      ...broken.map(
        ({ locale, key, fault, line, column }) =>
          `the message ${key} in ${messages}/${locale}.json cannot be read: ${fault} at ${line}:${column}; mend it and pack it again`,
      ),
      ...brokenSentences.map(
        ({ locale, sentence, fault }) =>
          `the sentence "${sentence}" in ${messages}/sentences.${locale}.json cannot be translated: ${fault}; mend it and pack it again`,
      ),
    ];
  } catch (error) {
    const what = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    return [`${what.replaceAll(folder + sep, '')}; mend it and pack it again`];
  }
}

export function refused(message: string, id: string): PortalError {
  return new PortalError('package-refused', message, { status: 409, expose: true, details: { module: id } });
}
