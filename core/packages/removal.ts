import type {
  Contributions,
  ModuleBelongings,
  ModuleRemainder,
  PackageOperator,
  Reader,
  RemovalPlan,
  RemovedModule,
  Transaction,
  UnitOfWork,
} from '../api/index.js';
import type { Kernel } from '../kernel/index.js';
import type { ModuleTables } from '../persistence/index.js';
import type { LivePackages } from './live-packages.js';
import type { PackageAudit } from './package-audit.js';
import { stoppedWithout } from './package-planner.js';
import type { PackageRecord, PackageRecords } from './package-records.js';
import { refused } from './package-stager.js';

export interface RemovalDependencies {
  readonly kernel: Pick<Kernel, 'modules' | 'coreOffers' | 'change' | 'explanations'>;
  readonly live: LivePackages;
  readonly records: PackageRecords;
  readonly tables: ModuleTables;
  readonly unitOfWork: UnitOfWork;
  readonly belongings: Contributions<ModuleBelongings>;
}

/** What removing a module stops, what it leaves, and how that is taken away: its tables, and what parts of the portal keep for it. */
export class Removal {
  constructor(
    private readonly dependencies: RemovalDependencies,
    private readonly audit: PackageAudit,
  ) {}

  /** @throws PortalError `package-refused` (409) while code of another module, which goes on without it, imports its own. */
  async plan(record: PackageRecord): Promise<RemovalPlan> {
    const { kernel, live, unitOfWork } = this.dependencies;
    const { id, packageName, version } = record;
    const stops = stoppedWithout(id, kernel.modules, kernel.coreOffers);
    const importers = live.importersOf(packageName).flatMap(({ record: { id: other } }) => (stops.includes(other) ? [] : other));
    if (importers.length > 0)
      throw refused(`${id} cannot be removed: code of ${importers.join(', ')} imports ${packageName}. Remove that first.`, id);
    const remainders = await unitOfWork.read((reader) => this.remainders(reader, record));
    return { id, names: record.facts.names ?? {}, version, isRemoved: false, stops, remainders };
  }

  /** Of a module that was removed without its data; undefined when there is none, or when one of its id has come since. */
  async removed(id: string): Promise<PackageRecord | undefined> {
    const { kernel, records } = this.dependencies;
    return kernel.modules.some((module) => module.id === id)
      ? undefined
      : (await records.removed()).find((record) => record.id === id);
  }

  /** What is there of a module that was removed. */
  async planErasure(record: PackageRecord): Promise<RemovalPlan> {
    const { id, version, facts } = record;
    const remainders = await this.dependencies.unitOfWork.read((reader) => this.remainders(reader, record));
    return { id, names: facts.names ?? {}, version, isRemoved: true, stops: [], remainders };
  }

  /** Of all modules that were removed and have not come back. */
  async kept(): Promise<readonly RemovalPlan[]> {
    const all = await this.dependencies.records.removed();
    const still = await Promise.all(all.map(({ id }) => this.removed(id)));
    return Promise.all(still.flatMap((record) => (record ? this.planErasure(record) : [])));
  }

  /** Takes away what a module left that was removed before. @throws PortalError `package-refused` (409) when its data is to stay. */
  async eraseKept(record: PackageRecord, operator: PackageOperator, withData: boolean): Promise<RemovalPlan> {
    const { id, version } = record;
    if (!withData)
      throw refused(
        `${id} was removed before, and its data was kept; portico modules remove ${id} --with-data takes that away.`,
        id,
      );
    const plan = await this.planErasure(record);
    const { kernel, records, unitOfWork } = this.dependencies;
    const commit = (): Promise<void> =>
      unitOfWork.write(async (transaction) => {
        await records.remove(transaction, record, false);
        await this.erase(transaction, record);
        await this.audit.record(transaction, id, 'removed', version, undefined, operator, 'the data that had been kept of it');
      });
    await kernel.change({ remove: [id], forgetsSwitches: true, commit });
    return plan;
  }

  /** Takes away all that `plan` names as remaining. */
  async erase(transaction: Transaction, record: PackageRecord): Promise<void> {
    const { belongings, tables } = this.dependencies;
    const { id, facts } = record;
    for (const { value } of belongings.all()) await value.erase(transaction, this.removedModule(record));
    await tables.erase(transaction, id, facts.declared.tables);
  }

  /** What is there of it at this moment, in the transaction that asks. */
  async remainders(reader: Reader, record: PackageRecord): Promise<readonly ModuleRemainder[]> {
    const { belongings, tables } = this.dependencies;
    const { id, facts } = record;
    const removed = this.removedModule(record);
    const others = await Promise.all(
      belongings.all().map(async ({ value }) => ({ kind: value.kind, names: await value.namesOf(reader, removed) })),
    );
    const own = { kind: 'tables', names: tables.present(id, facts.declared.tables) };
    return [own, ...others].filter(({ names }) => names.length > 0);
  }

  /** What it declared, without what another module has declared since it was removed: that is the other one's. */
  private removedModule({ id, facts: { manifest, declared } }: PackageRecord): RemovedModule {
    const { kernel, live } = this.dependencies;
    const others = kernel.modules.filter((module) => module.id !== id);
    const known = new Set(others.map((module) => module.id));
    const points = kernel.explanations.points();
    const packaged = [...live.ids].flatMap((other) =>
      other === id ? [] : (live.get(other)?.record.facts.declared.contributions ?? []),
    );
    const isTheirs = (point: string, name: string): boolean =>
      packaged.some((each) => each.point === point && each.names.includes(name)) ||
      points.some(
        (each) => each.id === point && each.contributions.some(({ module, subject }) => subject === name && known.has(module)),
      );
    const flags = Object.entries(manifest.flags ?? {}).filter(
      ([key]) => !others.some(({ manifest: { flags: its = {} } }) => key in its),
    );
    return {
      id,
      manifest: { ...manifest, flags: Object.fromEntries(flags) },
      contributed: (point) =>
        declared.contributions
          .filter((each) => each.point === point)
          .flatMap(({ names }) => names.filter((name) => !isTheirs(point, name))),
    };
  }
}
