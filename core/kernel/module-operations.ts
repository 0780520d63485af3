import { type Log, type ModuleStatus, PortalError } from '../api/index.js';
import type { LeftOutModules } from './left-out.js';
import type { Lifecycle } from './lifecycle.js';
import type { LifecycleQueue } from './lifecycle-queue.js';
import type { ModuleRecord } from './module-record.js';
import type { ModuleSwitches } from './module-switches.js';

export interface OperationDependencies {
  readonly records: ReadonlyMap<string, ModuleRecord>;
  readonly queue: LifecycleQueue;
  readonly switches: ModuleSwitches;
  readonly lifecycle: Lifecycle;
  readonly leftOut: LeftOutModules | undefined;
  /** Before boot and after the end nobody operates anything. */
  isOpen(): boolean;
  statusOf(record: ModuleRecord): ModuleStatus;
}

/**
 * What operators do to one module. Each operation waits for its turn in the queue, and answers when everything that follows from it is done.
 * @throws PortalError `portal-closed` (503), `module-unknown` (404).
 */
export class ModuleOperations {
  constructor(private readonly dependencies: OperationDependencies) {}

  /** @throws PortalError `module-disabled`, `module-unfinished` (409). */
  start(id: string): Promise<ModuleStatus> {
    return this.change(id, async (record) => {
      if (record.state === 'disabled') {
        const { reasons } = this.dependencies.statusOf(record);
        throw new PortalError('module-disabled', `The module ${id} is disabled. ${reasons.join(' ')}`, { status: 409 });
      }
      record.assertFinished();
      this.lift(record);
      record.forgive();
    });
  }

  stop(id: string): Promise<ModuleStatus> {
    return this.change(id, async (record) => {
      record.stopped = true;
    });
  }

  /** @throws PortalError `module-needed` (409): nobody could sign in to enable it again. */
  disable(id: string): Promise<ModuleStatus> {
    return this.change(id, async (record) => {
      if (record.isNeeded)
        throw new PortalError(
          'module-needed',
          `The portal does not open without the module ${id}, so it cannot be disabled. It can be stopped until the next start.`,
          { status: 409 },
        );
      await this.dependencies.switches.set(record, false, this.dependencies.records.values());
    });
  }

  /** @throws PortalError `module-unfinished` (409). */
  enable(id: string): Promise<ModuleStatus> {
    return this.change(id, async (record) => {
      record.assertFinished();
      await this.dependencies.switches.set(record, true, this.dependencies.records.values());
      this.lift(record);
      record.forgive();
    });
  }

  /** Stops a module and those that live on it, and starts them with the module's code as it is now; for development. */
  reload(id: string): Promise<ModuleStatus> {
    return this.change(id, async (record) => {
      record.assertFinished();
      const wasStopped = record.stopped;
      record.stopped = true;
      await this.dependencies.lifecycle.reconcile();
      record.forgetCode();
      record.forgive();
      record.stopped = wasStopped;
    });
  }

  /** Asks of every module anew whether it is left out, all in one turn. */
  leaveOut(): Promise<void> {
    const { records, queue, lifecycle, leftOut } = this.dependencies;
    return queue.run(async () => {
      for (const record of records.values()) {
        const reason = leftOut?.reasonFor(record.module);
        if (record.leftOut && !reason) record.forgive();
        record.leftOut = reason;
      }
      await lifecycle.reconcile();
    });
  }

  /** What an operator starts by hand is not left out any more. */
  private lift(record: ModuleRecord): void {
    if (record.leftOut === undefined) return;
    record.leftOut = undefined;
    this.dependencies.leftOut?.lift(record.id);
  }

  /** A flag has changed: modules that it switches go or come. */
  followFlag(flag: string, log: Log): void {
    const { records, queue, lifecycle } = this.dependencies;
    if (![...records.values()].some(({ module }) => module.manifest.enabledBy === flag)) return;
    queue
      .add(() => lifecycle.reconcile())
      .catch((error: unknown) => log.error('A change of a flag could not be followed.', { flag, error }));
  }

  private change(id: string, decide: (record: ModuleRecord) => Promise<void>): Promise<ModuleStatus> {
    const { records, queue, lifecycle } = this.dependencies;
    return queue.run(async () => {
      if (!this.dependencies.isOpen())
        throw new PortalError('portal-closed', 'The portal is not open.', { status: 503, retryAfter: 5 });
      const record = records.get(id);
      if (record === undefined) throw new PortalError('module-unknown', `There is no module ${id}.`, { status: 404 });
      await decide(record);
      await lifecycle.reconcile();
      return this.dependencies.statusOf(record);
    });
  }
}
