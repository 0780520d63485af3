import { currentlyActing } from '../access/index.js';
import {
  type AuditLog,
  type Clock,
  type Contribution,
  type Contributions,
  type Disposable,
  type Ids,
  In,
  type JobKind,
  type JobRun,
  type Jobs,
  type JobView,
  type Log,
  type NewJob,
  notFound,
  PortalError,
  type Transaction,
  type UnitOfWork,
} from '../api/index.js';
import { runInModule } from '../kernel/index.js';
import { JobRow, jobOf, newJobRow, saveProgress, viewOf } from './job-row.js';

export interface StoredJobsDependencies {
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly kinds: Contributions<JobKind>;
  readonly audit: AuditLog;
}

/** A job that waits for its turn. */
interface Waiting {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly byId: string;
}

interface Running extends Waiting {
  readonly module: string;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

const mostAtOnce = 2;
const mostOpen = 1000;
const mostListed = 100;
const mostAttempts = 3;
const keptMillis = 30 * 86_400_000;
/** After this, what could not be written is tried again. */
const pauseMillis = 5000;
/** Why a run ends before its time. */
const stopped = 'stopped';
const cancelled = 'cancelled';
const portal = { id: 'system', name: 'Portico' };

/**
 * Long work as rows of `portico_job`.
 *
 * A job comes in the transaction of what causes it and waits from the commit on. It gets its turn when its kind is there, fewer than two run, and none of
 * its kind works on the same subject: first who has fewest running, then who has waited longest for a turn, then the oldest. Running it writes nothing by
 * itself: the kind does a piece and notes in the same transaction how far it came. So a kill leaves a row that says `running` and a cursor which is true;
 * the next start puts the job back among those that wait, and its kind goes on from there. The same happens when the module of the kind stops.
 *
 * It ends once: `succeeded` when the kind returns, `failed` with a sentence when it throws, `cancelled` when somebody asked for that and the kind gave up
 * at its next look at the signal. One that was begun three times and came no further is given up, so that no job ends the portal at each start.
 * Rows go thirty days after their end.
 */
export class StoredJobs implements Jobs, Disposable {
  private waiting: Waiting[] = [];
  private readonly running = new Map<string, Running>();
  /** By person: the number of the last turn. */
  private readonly turns = new Map<string, number>();
  private turn = 0;
  /** Those that are tried again after a pause. */
  private readonly paused = new Map<NodeJS.Timeout, Waiting>();
  private isRunning = false;

  constructor(private readonly dependencies: StoredJobsDependencies) {
    dependencies.kinds.onDidChange(({ removed }) => {
      const gone = new Set(removed.map(({ value }) => value.kind));
      for (const run of this.running.values()) if (gone.has(run.kind)) run.abort.abort(stopped);
      this.wake();
    });
  }

  /** Takes up what an earlier process left. Before anything is enqueued. */
  async open(): Promise<void> {
    const { unitOfWork } = this.dependencies;
    const rows = await unitOfWork.write(async (transaction) => {
      const jobs = transaction.repository(JobRow);
      const open = await jobs.find({ where: { state: In(['queued', 'running'] as const) }, order: { id: 'ASC' } });
      for (const row of open) {
        if (row.cancelAsked) await this.end(transaction, row.id, { state: 'cancelled' });
        else if (row.attempts >= mostAttempts) await this.end(transaction, row.id, { state: 'failed', message: givenUp });
        else if (row.state === 'running') await jobs.update({ id: row.id }, { state: 'queued' });
      }
      return open.filter((row) => !row.cancelAsked && row.attempts < mostAttempts);
    });
    this.waiting = rows.map(waitingOf);
    this.isRunning = true;
    this.wake();
  }

  async enqueue(transaction: Transaction, { kind, subject, title, scope, input, by }: NewJob): Promise<string> {
    if (this.waiting.length >= mostOpen)
      throw new PortalError('jobs-full', 'The portal has too much work before it. Try again later.', {
        status: 429,
        retryAfter: 60,
      });
    const { clock, ids } = this.dependencies;
    const person = currentlyActing()?.person();
    const who = by ?? (person ? { id: person.id, name: person.name || person.email } : portal);
    const row = newJobRow(ids.next(), { kind, subject, title, scope, input }, who, clock.now().getTime());
    await transaction.repository(JobRow).insert(row);
    transaction.afterCommit(() => {
      this.waiting.push(waitingOf(row));
      this.wake();
    });
    return row.id;
  }

  async find(id: string): Promise<JobView | undefined> {
    const row = await this.dependencies.unitOfWork.read((reader) => reader.repository(JobRow).findOneBy({ id }));
    return row ? viewOf(row, this.kindOf(row.kind)) : undefined;
  }

  async list(by?: string): Promise<readonly JobView[]> {
    const rows = await this.dependencies.unitOfWork.read((reader) =>
      reader
        .repository(JobRow)
        .find({ ...(by === undefined ? {} : { where: { byId: by } }), order: { id: 'DESC' }, take: mostListed }),
    );
    return rows.map((row) => viewOf(row, this.kindOf(row.kind)));
  }

  isOpen(kind: string, subject: string): boolean {
    return [...this.waiting, ...this.paused.values(), ...this.running.values()].some(
      (job) => job.kind === kind && job.subject === subject,
    );
  }

  async cancel(id: string): Promise<void> {
    await this.dependencies.unitOfWork.write(async (transaction) => {
      const jobs = transaction.repository(JobRow);
      const row = await jobs.findOneBy({ id });
      if (!row) throw notFound('job');
      const isOpen = row.state === 'queued' || row.state === 'running';
      if (!isOpen || !(this.kindOf(row.kind)?.value.canCancel ?? true))
        throw new PortalError('job-not-cancellable', 'This cannot be cancelled (any more).', { status: 409 });
      if (row.state === 'queued') await this.end(transaction, id, { state: 'cancelled' });
      await jobs.update({ id }, { cancelAsked: true });
      const { kind: attribute, title: subject, scope } = row;
      await this.dependencies.audit.record(transaction, { area: 'jobs', subject, attribute, scope, action: 'cancelled' });
      transaction.afterCommit(() => {
        this.waiting = this.waiting.filter((each) => each.id !== id);
        this.running.get(id)?.abort.abort(cancelled);
      });
    });
  }

  /** Waits for the pieces that are under way. What is not done goes on with the next start. */
  async dispose(): Promise<void> {
    this.isRunning = false;
    for (const timer of this.paused.keys()) clearTimeout(timer);
    this.paused.clear();
    const runs = [...this.running.values()];
    for (const { abort } of runs) abort.abort(stopped);
    await Promise.all(runs.map(({ ended }) => ended));
  }

  /** Begins what has its turn. */
  private wake(): void {
    while (this.isRunning && this.running.size < mostAtOnce) {
      const next = this.next();
      const kind = next && this.kindOf(next.kind);
      if (!next || !kind) return;
      this.waiting = this.waiting.filter(({ id }) => id !== next.id);
      this.turn += 1;
      this.turns.set(next.byId, this.turn);
      const abort = new AbortController();
      const ended = this.run(next, kind, abort).finally(() => {
        this.running.delete(next.id);
        if (!this.waiting.some(({ byId }) => byId === next.byId)) this.turns.delete(next.byId);
        this.wake();
      });
      this.running.set(next.id, { ...next, module: kind.module, abort, ended });
    }
  }

  private next(): Waiting | undefined {
    const runs = [...this.running.values()];
    const runningOf = (byId: string): number => runs.filter((run) => run.byId === byId).length;
    const lastTurn = (byId: string): number => this.turns.get(byId) ?? 0;
    return this.waiting
      .filter(({ kind, subject }) => this.kindOf(kind) && !runs.some((run) => run.kind === kind && run.subject === subject))
      .reduce<Waiting | undefined>((best, each) => {
        if (!best) return each;
        const order = runningOf(each.byId) - runningOf(best.byId) || lastTurn(each.byId) - lastTurn(best.byId);
        return order < 0 ? each : best;
      }, undefined);
  }

  private kindOf(kind: string): Contribution<JobKind> | undefined {
    return this.dependencies.kinds.all().find(({ value }) => value.kind === kind);
  }

  private async run(waiting: Waiting, { module, value: kind }: Contribution<JobKind>, abort: AbortController): Promise<void> {
    const { unitOfWork, log } = this.dependencies;
    const { id } = waiting;
    try {
      const row = await this.begin(id).catch((error: unknown) => {
        log.warn('A job could not be begun; it is tried again.', { job: id, kind: waiting.kind, error });
        this.later(waiting);
        return undefined;
      });
      if (!row) return;
      const run: JobRun = {
        job: jobOf(row),
        input: JSON.parse(row.input),
        cursor: row.cursor === null ? undefined : JSON.parse(row.cursor),
        signal: abort.signal,
        by: async (transaction) => jobOf(await transaction.repository(JobRow).findOneByOrFail({ id })).by,
        save: (transaction, progress) => saveProgress(transaction, id, progress),
      };
      const result = await runInModule(module, async () => kind.run(run));
      await unitOfWork.write((transaction) => this.end(transaction, id, { state: 'succeeded', href: result?.href ?? null }));
    } catch (error) {
      await this.failed(waiting, abort.signal, error).catch((cause: unknown) => {
        log.error('The end of a job could not be written.', { job: id, kind: waiting.kind, error: cause });
        this.later(waiting);
      });
    }
  }

  /** The row of a job still says that it is open, e.g. on a full disk: as after a kill, it goes on from there, after a pause. */
  private later(waiting: Waiting): void {
    if (!this.isRunning) return;
    const timer = setTimeout(() => {
      this.paused.delete(timer);
      this.waiting.push(waiting);
      this.wake();
    }, pauseMillis);
    this.paused.set(timer.unref(), waiting);
  }

  private begin(id: string): Promise<JobRow | undefined> {
    const { unitOfWork, clock } = this.dependencies;
    return unitOfWork.write(async (transaction) => {
      const jobs = transaction.repository(JobRow);
      const row = await jobs.findOneBy({ id });
      if (!row || (row.state !== 'queued' && row.state !== 'running')) return undefined;
      if (row.cancelAsked || row.attempts >= mostAttempts) {
        await this.end(transaction, id, row.cancelAsked ? { state: 'cancelled' } : { state: 'failed', message: givenUp });
        return undefined;
      }
      const change = {
        state: 'running' as const,
        attempts: row.attempts + 1,
        startedAt: row.startedAt ?? clock.now().getTime(),
      };
      await jobs.update({ id }, change);
      return Object.assign(row, change);
    });
  }

  private async failed(waiting: Waiting, signal: AbortSignal, error: unknown): Promise<void> {
    const { unitOfWork, log } = this.dependencies;
    const { id, kind } = waiting;
    if (signal.aborted && signal.reason === stopped) {
      await unitOfWork.write((transaction) => transaction.repository(JobRow).update({ id }, { state: 'queued', attempts: 0 }));
      if (this.isRunning) this.waiting.push(waiting);
      return;
    }
    if (signal.aborted) return unitOfWork.write((transaction) => this.end(transaction, id, { state: 'cancelled' }));
    log.error('A job failed.', { job: id, kind, error });
    const message = error instanceof PortalError && error.expose ? error.message : unexpected;
    await unitOfWork.write((transaction) => this.end(transaction, id, { state: 'failed', message }));
  }

  /** Ends a job, and lets those go that ended long ago. */
  private async end(
    transaction: Transaction,
    id: string,
    how: Pick<JobRow, 'state'> & Partial<Pick<JobRow, 'message' | 'href'>>,
  ): Promise<void> {
    const now = this.dependencies.clock.now().getTime();
    await transaction.repository(JobRow).update({ id }, { ...how, cursor: null, input: 'null', endedAt: now });
    await transaction.query('DELETE FROM portico_job WHERE ended_at < ?', [now - keptMillis]);
  }
}

const givenUp = 'It was begun several times and came no further each time. The log says what happened.';
const unexpected = 'Something unexpected happened. The log says what.';

const waitingOf = ({ id, kind, subject, byId }: JobRow): Waiting => ({ id, kind, subject, byId });
