import { type ModuleStatus, PortalError } from '../api/index.js';
import type { ContributionErrors } from './contribution-errors.js';
import type { LeftOutModules } from './left-out.js';
import type { Lifecycle } from './lifecycle.js';
import type { LifecycleQueue } from './lifecycle-queue.js';
import type { InstalledModule } from './manifest-reader.js';
import type { GateState } from './module-gate.js';
import { ModuleRecord, unfinishedError } from './module-record.js';
import { withinLimit } from './module-run.js';
import type { ModuleSwitches } from './module-switches.js';

/** Modules that come, change or go while the portal is open: all of it happens, or nothing. */
export interface ModuleChangeSet {
  /** Modules that come, and other versions of those that are there. */
  readonly put?: readonly InstalledModule[];
  /** Ids of modules that go. */
  readonly remove?: readonly string[];
  /** Whether what operators decided about those that go is forgotten with them. */
  readonly forgetsSwitches?: boolean;
  /** Whatever is to be done while what goes has stopped and what comes has not started. */
  whileStopped?(): Promise<void>;
  /** Decides: when it resolves everything has happened, when it rejects nothing has. Nobody is let in before. */
  commit(): Promise<void>;
  /** Takes `whileStopped` back, before what was there starts again. When that fails, those of `touches` do not run until the next start. */
  undo?(): Promise<void>;
  /** Ids of modules whose tables `whileStopped` may change; left out: of all that come, change or go. */
  readonly touches?: readonly string[];
}

export interface ExchangeDependencies {
  readonly records: Map<string, ModuleRecord>;
  readonly queue: LifecycleQueue;
  readonly switches: ModuleSwitches;
  readonly lifecycle: Lifecycle;
  readonly contributionErrors: ContributionErrors;
  readonly leftOut: LeftOutModules | undefined;
  /** Milliseconds for loading code. */
  readonly loadMillis: number;
  isOpen(): boolean;
  /** Asks again which modules can run with what is there now. */
  resolve(): void;
  statusOf(record: ModuleRecord): ModuleStatus;
  /** Called when somebody may be let in. */
  onRelease(): void;
}

/** A module, and how it stood before the change. */
interface Former {
  readonly record: ModuleRecord;
  readonly stopped: boolean;
  /** Whether something that it contributed was refused already. */
  readonly hadErrors: boolean;
}

/**
 * Changes the set of modules of a portal that is open.
 *
 * The code that comes is loaded beside the code that runs; when that fails nothing has stopped. Then, in one turn of the queue: requests for the
 * modules of the change, and for those that live on them, wait; what goes stops when its open requests have ended, dependents first; what comes
 * takes its place and starts, and so do those that live on it. When all is as it should be the change is committed, and the requests go on. When
 * it is not, or the commit fails, what came is stopped and what was there takes its place and starts again: those who waited meet it as before.
 * Where the database could not be put back as it was, what was there takes its place and stands still: the next start puts its tables back, so
 * whatever it wrote until then would be lost.
 */
export class ModuleExchange {
  /** Modules whose requests wait until the change is decided. */
  private readonly held = new Set<string>();

  constructor(private readonly dependencies: ExchangeDependencies) {}

  /** Of a module whose change is not decided yet: nobody is let in, and everybody waits. */
  stateOf(id: string): GateState | undefined {
    if (!this.held.has(id)) return undefined;
    return { state: 'starting', moving: true, stopped: false, isUndecided: true, requests: undefined };
  }

  /**
   * @throws PortalError `portal-closed` (503); `module-not-started` (409) with the reasons, when nothing has changed; `module-unfinished` (409) when a
   * change could not be taken back, this one or one before it.
   */
  async run(change: ModuleChangeSet): Promise<void> {
    const { records, queue, switches } = this.dependencies;
    for (const id of idsOf(change)) records.get(id)?.assertFinished();
    const coming = (change.put ?? []).map((module) => {
      const record = new ModuleRecord(module);
      const known = records.get(module.id);
      if (known) record.wanted = known.wanted;
      else switches.adopt(record);
      // What was started although it was to be left out goes on; another version of what is left out may be sound.
      record.leftOut = known && !known.leftOut ? undefined : this.dependencies.leftOut?.reasonFor(module);
      return record;
    });
    await Promise.all(coming.map((record) => this.loadBeside(record)));
    await queue.run(async () => {
      if (!this.dependencies.isOpen())
        throw new PortalError('portal-closed', 'The portal is not open.', { status: 503, retryAfter: 5 });
      const ids = idsOf(change);
      for (const id of ids) records.get(id)?.assertFinished();
      const affected = this.livingOn(ids);
      for (const id of [...ids, ...affected.map((record) => record.id)]) this.held.add(id);
      try {
        await this.exchange(change, coming, affected);
      } finally {
        this.held.clear();
        this.dependencies.onRelease();
      }
    });
  }

  private async exchange(
    change: ModuleChangeSet,
    coming: readonly ModuleRecord[],
    affected: readonly ModuleRecord[],
  ): Promise<void> {
    const { records } = this.dependencies;
    const { remove = [], forgetsSwitches = false, whileStopped, commit } = change;
    const going: Former[] = [...coming.map(({ id }) => id), ...remove]
      .flatMap((id) => records.get(id) ?? [])
      .map((record) => ({
        record,
        stopped: record.stopped,
        hadErrors: this.dependencies.statusOf(record).contributionErrors.length > 0,
      }));
    await this.stop(going.map(({ record }) => record));
    try {
      await whileStopped?.();
      for (const { record } of going) records.delete(record.id);
      for (const record of coming) {
        record.stopped = going.find((former) => former.record.id === record.id)?.stopped ?? false;
        records.set(record.id, record);
      }
      await this.settle();
      for (const record of coming)
        this.assertStands(
          record,
          going.find((former) => former.record.id === record.id),
        );
      for (const record of affected)
        if (records.get(record.id) === record && record.state === 'failed') throw this.notStarted(record);
      await commit();
      // It has come in place of one that ran, whatever was to be left out.
      for (const { record } of going) if (!record.leftOut && records.has(record.id)) this.dependencies.leftOut?.lift(record.id);
      const gone = going.filter(({ record }) => !records.has(record.id));
      for (const { record } of gone) this.dependencies.switches.release(record, !forgetsSwitches);
      if (forgetsSwitches) for (const id of remove) this.dependencies.switches.forget(id);
    } catch (error) {
      await this.goBack(change, coming, going, affected, error);
      throw error;
    }
  }

  /** @throws PortalError `module-unfinished` */
  private async goBack(
    change: ModuleChangeSet,
    coming: readonly ModuleRecord[],
    going: readonly Former[],
    affected: readonly ModuleRecord[],
    reason: unknown,
  ): Promise<void> {
    const { records } = this.dependencies;
    await this.stop(coming);
    let unfinished: PortalError | undefined;
    try {
      await change.undo?.();
    } catch (error) {
      unfinished = standStill(change, [...going.map(({ record }) => record), ...coming], reason, error);
    }
    for (const { id } of coming) records.delete(id);
    for (const { record, stopped } of going) {
      if (record.failed) record.forgive();
      record.stopped = stopped;
      records.set(record.id, record);
    }
    for (const record of affected) if (record.state === 'failed') record.forgive();
    await this.settle();
    if (unfinished) throw unfinished;
  }

  private async stop(these: readonly ModuleRecord[]): Promise<void> {
    for (const record of these) record.stopped = true;
    await this.dependencies.lifecycle.reconcile();
  }

  private async settle(): Promise<void> {
    this.dependencies.resolve();
    await this.dependencies.lifecycle.reconcile();
  }

  /** It runs, and all that it contributes was taken; or an operator, its flag or its manifest keeps it off, or it is left out. */
  private assertStands(record: ModuleRecord, former: Former | undefined): void {
    const isKeptOff =
      record.state === 'disabled' || (record.state === 'resolved' && (record.stopped || record.leftOut !== undefined));
    if (record.state !== 'active' && !isKeptOff) throw this.notStarted(record);
    const [fault] = this.dependencies.statusOf(record).contributionErrors;
    if (!fault || former?.hadErrors) return;
    const cause = this.dependencies.contributionErrors.causeOf(record.id, fault);
    throw refused(record, `its contribution ${fault.id} to ${fault.point} cannot be used: ${fault.message}`, cause);
  }

  private notStarted(record: ModuleRecord): PortalError {
    const { state, reasons } = this.dependencies.statusOf(record);
    return refused(record, `it is ${state}: ${reasons.join(' ')}`, record.failureCause);
  }

  /** Loads code that comes while what is there runs on. */
  private async loadBeside(record: ModuleRecord): Promise<void> {
    const { lifecycle, loadMillis } = this.dependencies;
    if (!record.switchedOn || record.leftOut || lifecycle.flaggedOff(record)) return;
    try {
      await withinLimit(record.load(), loadMillis, 'Loading it');
    } catch (error) {
      throw refused(record, `its code cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, error);
    }
  }

  /** Those that run now and live on one of these, near or far. */
  livingOn(ids: readonly string[]): readonly ModuleRecord[] {
    const found = new Set(ids);
    const running = [...this.dependencies.records.values()].filter(({ state }) => state === 'active');
    for (let size = -1; size !== found.size; ) {
      size = found.size;
      for (const record of running) if ([...record.uses].some((id) => found.has(id))) found.add(record.id);
    }
    return running.filter(({ id }) => found.has(id) && !ids.includes(id));
  }
}

/** Ids of all modules that come, change or go. */
export function idsOf({ put = [], remove = [] }: ModuleChangeSet): readonly string[] {
  return [...put.map(({ id }) => id), ...remove];
}

/** Keeps those from running whose tables are not as they were. Answers what to tell of it. */
function standStill(change: ModuleChangeSet, these: readonly ModuleRecord[], reason: unknown, fault: unknown): PortalError {
  const touched = change.touches ?? idsOf(change);
  const why = `a change of it failed (${withoutStop(reason)}) and could not be taken back (${withoutStop(fault)})`;
  const records = these.filter(({ id }) => touched.includes(id));
  for (const record of records) record.unfinished = why;
  const [first] = records;
  return unfinishedError(first?.id ?? touched.join(', '), first?.module.version ?? '', why, new AggregateError([reason, fault]));
}

function withoutStop(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}

function refused({ id, module: { version } }: ModuleRecord, why: string, cause?: unknown): PortalError {
  return new PortalError('module-not-started', `${id} ${version} does not run here; ${why}`, {
    status: 409,
    expose: true,
    details: { module: id },
    cause,
  });
}
