import { onDeprecatedUse } from '../api/deprecation.js';
import type { Clock, Log, ModuleState } from '../api/index.js';
import { currentModule } from './attribution.js';
import { type ContributionErrors, messageOf } from './contribution-errors.js';
import type { FlagSource } from './criteria.js';
import type { ModuleRecord } from './module-record.js';
import { type KernelContext, ModuleRun, PhaseError } from './module-run.js';
import type { Requirements } from './requirements.js';
import { resolvable, resolve } from './resolver.js';

/**
 * What can happen to a module. `release` takes it out of waiting or failed; everything that is not in the table cannot happen.
 */
export type LifecycleEvent =
  | 'resolve'
  | 'reject'
  | 'wait'
  | 'release'
  | 'start'
  | 'started'
  | 'fail'
  | 'stop'
  | 'stopped'
  | 'disable'
  | 'enable';

export const lifecycle: Readonly<Record<ModuleState, Readonly<Partial<Record<LifecycleEvent, ModuleState>>>>> = {
  installed: { resolve: 'resolved', reject: 'unresolved', disable: 'disabled' },
  unresolved: { disable: 'disabled' },
  resolved: { wait: 'waiting', start: 'starting', disable: 'disabled' },
  waiting: { release: 'resolved', start: 'starting', disable: 'disabled' },
  starting: { started: 'active', fail: 'failed' },
  active: { stop: 'stopping' },
  stopping: { stopped: 'resolved' },
  failed: { release: 'resolved', disable: 'disabled' },
  disabled: { enable: 'installed' },
};

/** @throws Error when the event cannot happen in this state: a fault of the kernel, never of a module. */
export function nextState(state: ModuleState, event: LifecycleEvent): ModuleState {
  const next = lifecycle[state][event];
  if (next === undefined) throw new Error(`A module that is ${state} cannot ${event}.`);
  return next;
}

/** Where a module should be, given all that is known now. */
type Goal = 'disabled' | 'unresolved' | 'failed' | 'stopped' | 'waiting' | 'active';

export interface LifecycleDependencies {
  readonly records: ReadonlyMap<string, ModuleRecord>;
  readonly requirements: Requirements;
  readonly context: KernelContext;
  readonly flags: FlagSource;
  readonly clock: Clock;
  readonly contributionErrors: ContributionErrors;
  logFor(moduleId: string): Log;
  onMove(record: ModuleRecord, from: ModuleState): void;
}

/** Brings every module to where it should be: stops first, dependents before what they use; then starts, each as soon as it can. */
export class Lifecycle {
  /** From now on everything stops, and nothing starts. */
  closing = false;
  /** Ids that can run, each after those it requires. */
  private order: readonly string[] = [];
  private starts = 0;

  constructor(private readonly dependencies: LifecycleDependencies) {
    const { context, records, logFor } = dependencies;
    const end = onDeprecatedUse((name, deprecation) => {
      const record = records.get(currentModule() ?? '');
      record?.deprecatedUses.note({ kind: 'function', name, ...deprecation }, logFor(record.id));
    });
    context.ending.addEventListener('abort', end);
  }

  /** Decides which modules can run with what is installed. @param portal what the core offers, by id, with versions. */
  resolve(portal: ReadonlyMap<string, string>): void {
    const modules = [...this.dependencies.records.values()].map(({ module }) => resolvable(module.manifest));
    const { order, unresolved } = resolve(modules, portal);
    this.order = order;
    for (const record of this.dependencies.records.values()) record.unresolved = unresolved.get(record.id);
  }

  /** Code loads side by side, up front; a module that will not run is not loaded. */
  loadAhead(): void {
    for (const record of this.dependencies.records.values())
      if (record.unresolved === undefined && record.switchedOn && !record.leftOut && !this.flaggedOff(record)) void record.load();
  }

  /** Resolves when nothing is left to do. Runs in the queue only. */
  async reconcile(): Promise<void> {
    let moved = true;
    while (moved) {
      const stopped = await this.oneByOne(
        () => this.stoppable(),
        (record) => this.stop(record),
      );
      this.settle();
      const started = await this.oneByOne(
        () => this.startable(),
        (record) => this.start(record),
      );
      this.settle();
      moved = stopped + started > 0;
    }
  }

  /** Whether a flag keeps the module off. */
  flaggedOff({ module: { manifest } }: ModuleRecord): boolean {
    return manifest.enabledBy !== undefined && !this.dependencies.flags.isEnabled(manifest.enabledBy);
  }

  private goalOf(record: ModuleRecord): Goal {
    if (!record.switchedOn || this.flaggedOff(record)) return 'disabled';
    if (record.unresolved !== undefined) return 'unresolved';
    if (record.stopped || record.leftOut || this.closing) return 'stopped';
    if (record.failed) return 'failed';
    return this.dependencies.requirements.of(record).missing.length > 0 ? 'waiting' : 'active';
  }

  /** Active modules that must go: those that shall not be there, and those that live on them. Only the ones nobody lives on any more. */
  private stoppable(): ModuleRecord[] {
    const running = this.inState('active');
    const going = new Set(this.inState('stopping').map(({ id }) => id));
    for (const record of running) if (this.goalOf(record) !== 'active' || this.isOutdated(record)) going.add(record.id);
    for (let size = -1; size !== going.size; ) {
      size = going.size;
      for (const record of running) if ([...record.uses].some((id) => going.has(id))) going.add(record.id);
    }
    const used = new Set([...running, ...this.inState('stopping')].flatMap(({ uses }) => [...uses]));
    return running.filter(({ id }) => going.has(id) && !used.has(id));
  }

  /**
   * Whether a module would be given something better if it started now: a service of a higher ranking has come, or what decorates one has come
   * or gone. It starts again, unless the better one lives on it: that would never end.
   */
  private isOutdated(record: ModuleRecord): boolean {
    const { services, formers } = this.dependencies.requirements.of(record);
    const used = record.run?.used ?? [];
    return [...services, ...formers].some(
      (now) => used.some((then) => then.id === now.id && then !== now) && !this.livesOn(now.module, record.id),
    );
  }

  private livesOn(id: string, other: string, seen: Set<string> = new Set()): boolean {
    if (id === other) return true;
    if (seen.has(id)) return false;
    seen.add(id);
    return [...(this.dependencies.records.get(id)?.uses ?? [])].some((used) => this.livesOn(used, other, seen));
  }

  /** What can start now. Who requires a service waits for all of its providers that are coming, so that the best one is taken. */
  private startable(): ModuleRecord[] {
    const coming = this.inState('starting');
    const able = this.order
      .map((id) => this.dependencies.records.get(id))
      .filter((record): record is ModuleRecord => record !== undefined)
      .filter((record) => (record.state === 'resolved' || record.state === 'waiting') && this.goalOf(record) === 'active');
    const ready = able.filter((record) => !this.dependencies.requirements.offeredBy(record, [...coming, ...able]));
    return ready.length > 0 || coming.length > 0 ? ready : able;
  }

  /** Does what can be done now, side by side, and looks again whenever one is done. Answers how many there were. */
  private async oneByOne(next: () => readonly ModuleRecord[], act: (record: ModuleRecord) => Promise<void>): Promise<number> {
    const acting = new Map<string, Promise<void>>();
    let count = 0;
    for (;;) {
      for (const record of next()) {
        if (acting.has(record.id)) continue;
        count += 1;
        acting.set(
          record.id,
          act(record).finally(() => acting.delete(record.id)),
        );
      }
      if (acting.size === 0) return count;
      await Promise.race(acting.values());
    }
  }

  private async start(record: ModuleRecord): Promise<void> {
    const { clock, requirements, contributionErrors, context } = this.dependencies;
    const log = this.dependencies.logFor(record.id);
    const needs = requirements.of(record);
    const began = clock.monotonic();
    this.starts += 1;
    const run = new ModuleRun(record.module, context, log, this.starts, needs.services);
    record.forgive();
    record.run = run;
    record.uses = new Set([...needs.uses].filter((id) => id !== 'core'));
    contributionErrors.clear(record.id);
    record.deprecatedUses.clear();
    this.move(record, 'start');
    try {
      await run.start(async () => {
        // What it wrote would be lost when its tables are put back.
        record.assertFinished();
        return record.load();
      });
      record.uses = new Set([...record.uses, ...run.used.map(({ module }) => module)].filter((id) => id !== 'core'));
      run.publish();
      for (const use of run.deprecated) record.deprecatedUses.note(use, log);
    } catch (error) {
      await this.abandon(record, run, error);
      return;
    }
    record.startMillis = clock.monotonic() - began;
    this.move(record, 'started');
    log.info('Module started.', { millis: Math.round(record.startMillis) });
  }

  private async abandon(record: ModuleRecord, run: ModuleRun, error: unknown): Promise<void> {
    const { phase, cause } = error instanceof PhaseError ? error : { phase: 'publish', cause: error };
    this.dependencies.logFor(record.id).error('The module failed to start.', { phase, error: cause });
    await run.stop();
    this.leave(record);
    record.failed = true;
    record.failure = { phase, message: messageOf(cause) };
    record.failureCause = cause;
    this.move(record, 'fail');
  }

  private async stop(record: ModuleRecord): Promise<void> {
    this.move(record, 'stop');
    const [fault] = (await record.run?.stop()) ?? [];
    this.leave(record);
    record.failure = fault && { phase: fault.phase, message: fault.message };
    this.move(record, 'stopped');
    this.dependencies.logFor(record.id).info('Module stopped.');
  }

  private leave(record: ModuleRecord): void {
    record.run = undefined;
    record.uses = new Set();
  }

  /** Gives every module that does not run the state that says why. */
  private settle(): void {
    for (const record of this.dependencies.records.values()) {
      const goal = this.goalOf(record);
      if (record.state === 'disabled' && goal !== 'disabled') this.move(record, 'enable');
      if (record.state === 'installed' && goal !== 'disabled')
        this.move(record, record.unresolved === undefined ? 'resolve' : 'reject');
      if (record.state === 'failed' && goal !== 'failed' && goal !== 'disabled') this.move(record, 'release');
      if (record.state === 'waiting' && goal === 'stopped') this.move(record, 'release');
      if (record.state === 'resolved' && goal === 'waiting') this.move(record, 'wait');
      if (goal === 'disabled' && record.state !== 'disabled') this.move(record, 'disable');
    }
  }

  private move(record: ModuleRecord, event: LifecycleEvent): void {
    const from = record.state;
    record.state = nextState(from, event);
    this.dependencies.onMove(record, from);
  }

  private inState(state: ModuleState): ModuleRecord[] {
    return [...this.dependencies.records.values()].filter((record) => record.state === state);
  }
}
