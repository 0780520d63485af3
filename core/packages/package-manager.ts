import type {
  AuditLog,
  Clock,
  InstalledPackage,
  Log,
  ModulePackages,
  ModulePlan,
  PackageOperator,
  PackageSource,
  RemovalOptions,
  RemovalPlan,
  ReplacedCode,
  Transaction,
} from '../api/index.js';
import type { Kernel } from '../kernel/index.js';
import type { LivePackage } from './live-packages.js';
import { PackageAudit } from './package-audit.js';
import type { PackageRecord } from './package-records.js';
import { PackageStager, refused, type StagedPackage, type StagingDependencies } from './package-stager.js';
import { carriedOut, copying, pendingMigrations, takingBack } from './planned-migrations.js';
import { problemsOf, refusalOf } from './refusal.js';
import { Removal, type RemovalDependencies } from './removal.js';

export interface PackageManagerDependencies extends StagingDependencies, RemovalDependencies {
  readonly kernel: Pick<Kernel, 'modules' | 'change' | 'coreOffers' | 'livingOn' | 'explanations'>;
  readonly audit: AuditLog;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly log: Log;
}

/** What one operation does besides starting a version in place of another. */
interface Change {
  readonly action: 'installed' | 'updated' | 'rolled-back';
  readonly operator: PackageOperator;
  /** Names of the migrations that stay; the others are taken back. */
  readonly keeping?: readonly string[];
  /** Whether tables will change. */
  readonly migrates: boolean;
  write(transaction: Transaction): Promise<void>;
}

/**
 * Installs, updates, rolls back and removes modules in a portal that runs.
 *
 * What comes in: a package, from wherever. It is read and checked in memory (`inspectPackage`), written beside what is there (`PackageStore`), and
 * what its code declares is read in a process of its own (`readDeclarations`); so far nothing has changed. Then its code is loaded beside the code
 * that runs, the database is copied when tables will change, and the kernel exchanges the modules (`ModuleExchange`): what runs stops when its open
 * requests have ended, its tables are kept (`KeptTables`), the new version migrates and starts, requests wait. One transaction decides: the rows of
 * `PackageRecords`, the audit entry, and that nothing is kept any more. Before it, a failure or the end of the process leads back to what was
 * there: here by `undo`, at the next start by `openPackages`. After it, whatever lies in the store and is not in the records goes.
 *
 * What is never done: a script of a package is never run; two operations never run at once; a version that did not become active never stays.
 */
export class PackageManager implements ModulePackages {
  private tail: Promise<unknown> = Promise.resolve();
  /** Of modules that were there before: pages of them may be open. */
  private readonly changes = new Map<
    string,
    { readonly at: Date; readonly since: number; readonly version: string | undefined }
  >();
  private readonly stager: PackageStager;
  private readonly removal: Removal;
  private readonly audit: PackageAudit;

  constructor(private readonly dependencies: PackageManagerDependencies) {
    this.stager = new PackageStager(dependencies);
    this.audit = new PackageAudit(dependencies);
    this.removal = new Removal(dependencies, this.audit);
  }

  async installed(): Promise<readonly InstalledPackage[]> {
    const all = await this.dependencies.records.all();
    return all
      .filter(({ age }) => age === 0)
      .map(({ id, packageName, version, digest, installedAt, source, facts: { bytes, signature } }) => {
        const former = all.find((other) => other.id === id && other.age > 0)?.version;
        return { id, packageName, version, digest, installedAt, source, bytes, signature, ...(former ? { former } : {}) };
      });
  }

  plan(source: PackageSource): Promise<ModulePlan> {
    return this.inTurn(() => this.andSweep(async () => (await this.stager.stage(source)).plan));
  }

  install(source: PackageSource, operator: PackageOperator): Promise<ModulePlan> {
    return this.bring(source, operator, 'install');
  }

  update(source: PackageSource, operator: PackageOperator): Promise<ModulePlan> {
    return this.bring(source, operator, 'update');
  }

  /** @param wanted left out: whichever it takes. */
  bring(source: PackageSource, operator: PackageOperator, wanted?: 'install' | 'update'): Promise<ModulePlan> {
    return this.inTurn(() => this.take(source, operator, wanted));
  }

  planRollback(id: string): Promise<ModulePlan> {
    return this.inTurn(async () => (await this.stager.stageRollback(id)).plan);
  }

  rollback(id: string, operator: PackageOperator): Promise<ModulePlan> {
    const goBack = async (): Promise<ModulePlan> => {
      operator.onStep?.('reading');
      const { plan, record } = await this.stager.stageRollback(id);
      assertPossible(plan);
      const names = record.facts.declared.migrations.map(({ name }) => name);
      const going = this.dependencies.tables.applied(id).filter((name) => !names.includes(name));
      await this.exchange(record, {
        action: 'rolled-back',
        operator,
        keeping: names,
        migrates: plan.changes.some(({ kind }) => kind === 'migrations'),
        write: (transaction) => this.dependencies.records.putBack(transaction, record),
      });
      return carriedOut(plan, takingBack(going));
    };
    return this.inTurn(() => this.andSweep(goBack));
  }

  planRemoval(id: string): Promise<RemovalPlan> {
    return this.inTurn(async () => {
      const removed = await this.removal.removed(id);
      return removed ? this.removal.planErasure(removed) : this.removal.plan(await this.stager.mustBeInstalled(id));
    });
  }

  kept(): Promise<readonly RemovalPlan[]> {
    return this.removal.kept();
  }

  remove(id: string, operator: PackageOperator, { withData = false, isRemoved }: RemovalOptions = {}): Promise<RemovalPlan> {
    return this.inTurn(async () => {
      const removed = await this.removal.removed(id);
      if (isRemoved !== undefined && isRemoved !== (removed !== undefined))
        throw refused(`${id} has ${removed ? 'been removed' : 'come back'} meanwhile; look again at what would go.`, id);
      if (removed) return this.removal.eraseKept(removed, operator, withData);
      const record = await this.stager.mustBeInstalled(id);
      const plan = await this.removal.plan(record);
      let { remainders } = plan;
      const { kernel, live, records, tables, unitOfWork } = this.dependencies;
      operator.onStep?.('exchanging');
      await kernel.change({
        remove: [id],
        forgetsSwitches: withData,
        commit: () =>
          unitOfWork.write(async (transaction) => {
            // Asked now that it has stopped: until then it went on, and so did those who set what it is to do.
            remainders = await this.removal.remainders(transaction, record);
            const keepsData = !withData && (remainders.length > 0 || tables.applied(id).length > 0);
            await records.remove(transaction, record, keepsData);
            if (withData) await this.removal.erase(transaction, record);
            const said = withData ? 'with its data' : undefined;
            await this.audit.record(transaction, id, 'removed', record.version, undefined, operator, said);
          }),
      });
      await live.get(id)?.data.dispose();
      live.set(id, undefined);
      this.noteChange(id, undefined);
      tables.forgetCode(id);
      await this.sweep();
      return { ...plan, remainders };
    });
  }

  /** What happened to a module within this time, and when: the version that came, or none when it was removed. */
  changeOf(id: string, withinMillis: number): { readonly at: Date; readonly version: string | undefined } | undefined {
    const change = this.changes.get(id);
    return change && this.dependencies.clock.monotonic() - change.since < withinMillis ? change : undefined;
  }

  private noteChange(id: string, version: string | undefined): void {
    const { clock } = this.dependencies;
    this.changes.set(id, { at: clock.now(), since: clock.monotonic(), version });
  }

  replacedCode(): ReplacedCode {
    return this.dependencies.live.replaced;
  }

  private async take(source: PackageSource, operator: PackageOperator, wanted?: 'install' | 'update'): Promise<ModulePlan> {
    let staged: StagedPackage | undefined;
    return this.andSweep(async () => {
      try {
        operator.onStep?.('reading');
        staged = await this.stager.stage(source, wanted);
        const { plan, record } = staged;
        if (plan.action === 'none') return plan;
        if (plan.problems.length > 0) throw refused(problemsOf(plan, source), plan.id);
        const pending = pendingMigrations(record.facts.declared, this.dependencies.tables.applied(plan.id));
        await this.exchange(record, {
          action: plan.action === 'install' ? 'installed' : 'updated',
          operator,
          migrates: pending.length > 0,
          write: (transaction) => this.dependencies.records.put(transaction, record),
        });
        return carriedOut(plan, copying(pending));
      } catch (error) {
        const known = staged && { plan: staged.plan, folder: this.dependencies.store.folderOf(staged.record) };
        const refusal = refusalOf(error, wanted, source, known);
        await this.audit.recordRefusal(refusal, source, known?.plan, operator);
        throw refusal;
      }
    });
  }

  /** Starts a version whose files lie in the store in place of the one that runs, if there is one. */
  private async exchange(record: PackageRecord, change: Change): Promise<void> {
    const { id } = record;
    const { kernel, live, tables, unitOfWork, log } = this.dependencies;
    const now = live.get(id);
    const coming: LivePackage[] = [];
    const { onStep } = change.operator;
    try {
      onStep?.('loading');
      const next = await live.open(record);
      coming.push(next);
      const links = new Map([[next.module.packageName, next.module.folder]]);
      for (const importer of live.importersOf(next.module.packageName)) coming.push(await live.open(importer.record, links));
      const claims = [...record.facts.declared.tables, ...(now?.record.facts.declared.tables ?? [])];
      let isKept = false;
      const exchange = (): Promise<void> => {
        onStep?.('exchanging');
        return kernel.change({
          put: coming.map(({ module }) => module),
          whileStopped: async () => {
            await tables.keep(id, claims);
            isKept = true;
            if (change.keeping && now) await tables.revert(id, await live.migrationsOf(now), change.keeping);
          },
          commit: () =>
            unitOfWork.write(async (transaction) => {
              await change.write(transaction);
              tables.forget(transaction, id);
              await this.audit.record(transaction, id, change.action, now?.record.version, record.version, change.operator);
            }),
          touches: [id],
          undo: async () => {
            if (isKept) await tables.restore(id);
          },
        });
      };
      if (change.migrates) onStep?.('copying');
      await (change.migrates ? tables.afterCopy(exchange) : exchange());
    } catch (error) {
      for (const { data } of coming) await data.dispose();
      if (now === undefined) tables.forgetCode(id);
      throw error;
    }
    for (const each of coming) {
      const former = live.get(each.record.id);
      live.set(each.record.id, each);
      await former?.data.dispose();
    }
    if (now) this.noteChange(id, record.version);
    else this.changes.delete(id);
    log.info('A module was changed.', { module: id, action: change.action, from: now?.record.version, version: record.version });
  }

  /** Takes away afterwards what the work left in the store, however it ended. */
  private async andSweep<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      await this.sweep();
    }
  }

  private async sweep(): Promise<void> {
    const { live, records, store, log } = this.dependencies;
    try {
      const kept = (await records.all()).map((record) => store.folderOf(record));
      await store.sweep(new Set([...kept, ...live.folders]));
    } catch (error) {
      log.warn('What is left of other versions of modules could not be taken away; the next start does it.', { error });
    }
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const answer = this.tail.then(work);
    this.tail = answer.catch(() => undefined);
    return answer;
  }
}

function assertPossible({ id, problems }: ModulePlan): void {
  if (problems.length > 0) throw refused(problems.join(' '), id);
}
