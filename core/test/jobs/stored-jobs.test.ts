import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type AuditEntry,
  type AuditLog,
  type Contribution,
  type ContributionDelta,
  type Contributions,
  Emitter,
  type JobKind,
  type JobRun,
  type JobView,
  PortalError,
  type UnitOfWork,
} from '../../api/index.js';
import { Logs } from '../../diagnostics/log.js';
import { jobEntities, jobMigrations, StoredJobs } from '../../jobs/index.js';
import { openPersistence, type Persistence } from '../../persistence/index.js';
import { SystemClock, UuidIds } from '../../portal/machine.js';
import { eventually } from '../../testing/test-portal.js';

const ada = { id: 'ada', name: 'Ada' };
const bea = { id: 'bea', name: 'Bea' };
const day = 86_400_000;

class SetClock extends SystemClock {
  offset = 0;

  override now(): Date {
    return new Date(super.now().getTime() + this.offset);
  }
}

/** A kind whose jobs wait in each of three pieces until the test lets them go on. */
class Steps implements JobKind {
  readonly kind = 'test.steps';
  readonly label = 'steps';
  readonly begun: string[] = [];
  readonly pieces: number[] = [];
  private readonly gates: (() => void)[] = [];
  isOpen = true;

  constructor(
    readonly canCancel = true,
    private readonly persistence: () => Persistence,
  ) {}

  async run({ job, cursor, signal, save }: JobRun): Promise<undefined> {
    this.begun.push(job.title);
    for (let piece = typeof cursor === 'number' ? cursor : 0; piece < 3; piece += 1) {
      if (!this.isOpen) await new Promise<void>((resolve) => this.gates.push(resolve));
      signal.throwIfAborted();
      await this.persistence().unitOfWork.write((transaction) =>
        save(transaction, { done: piece + 1, total: 3, cursor: piece + 1 }),
      );
      this.pieces.push(piece);
      if (job.title === 'fails') throw new PortalError('conflict', 'It cannot be.', { status: 409 });
    }
    return undefined;
  }

  open(): void {
    this.isOpen = true;
    for (const go of this.gates.splice(0)) go();
  }

  get waiting(): number {
    return this.gates.length;
  }
}

class Kinds implements Contributions<JobKind> {
  private readonly emitter = new Emitter<ContributionDelta<JobKind>>();
  readonly onDidChange = this.emitter.event;
  private list: readonly Contribution<JobKind>[] = [];

  all(): readonly Contribution<JobKind>[] {
    return this.list;
  }

  each<R>(): R[] {
    return [];
  }

  set(...kinds: readonly JobKind[]): void {
    const removed = this.list;
    this.list = kinds.map((value) => ({ id: value.kind, module: 'test', order: 100, when: undefined, value }));
    this.emitter.fire({ added: this.list, removed });
  }
}

describe('Jobs', () => {
  let home: string;
  let persistence: Persistence;
  let kinds: Kinds;
  let jobs: StoredJobs;
  let steps: Steps;
  const clock = new SetClock();
  const log = new Logs({ level: 'silent' }).for('core');
  const recorded: AuditEntry[] = [];
  const record: AuditLog['record'] = async (_transaction, entry) => void recorded.push(entry);
  const audit = { record } as AuditLog;

  beforeEach(async () => {
    clock.offset = 0;
    home = await mkdtemp(join(tmpdir(), 'portico-jobs-'));
    persistence = await openPersistence({ home, clock, ids: new UuidIds(), log, version: '1.0.0', entities: jobEntities });
    await persistence.migrate('jobs', jobMigrations);
    kinds = new Kinds();
    steps = new Steps(true, () => persistence);
    kinds.set(steps);
    jobs = await opened();
  });
  afterEach(async () => {
    steps.open();
    await jobs.dispose();
    await persistence.close();
    await rm(home, { recursive: true, force: true });
  });

  async function opened(): Promise<StoredJobs> {
    const made = new StoredJobs({ unitOfWork: persistence.unitOfWork, clock, ids: new UuidIds(), log, kinds, audit });
    await made.open();
    return made;
  }

  const enqueue = (title: string, by = ada, subject = title): Promise<string> =>
    persistence.unitOfWork.write((transaction) =>
      jobs.enqueue(transaction, { kind: steps.kind, subject, title, scope: 'instance', by }),
    );

  async function ended(id: string): Promise<JobView> {
    await eventually(async () => (await jobs.find(id))?.endedAt !== undefined, `end of ${id}`, 10);
    return (await jobs.find(id)) as JobView;
  }

  it('run after the commit, piece by piece, and tell how far they are; a rolled-back one was never there', async () => {
    const job = await ended(await enqueue('one'));
    expect(job).to.include({ state: 'succeeded', done: 3, total: 3, title: 'one', isCancelling: false });
    expect(job.by).to.deep.equal(ada);
    const undone = persistence.unitOfWork.write(async (transaction) => {
      await jobs.enqueue(transaction, { kind: steps.kind, subject: 'x', title: 'never', scope: 'instance' });
      throw new Error('No.');
    });
    await undone.catch(() => {});
    expect(await jobs.list()).to.have.length(1);
    expect(steps.begun).to.deep.equal(['one']);
  });

  it('say who began them by what is known by then: the name of who was deleted meanwhile is gone', async () => {
    const told: unknown[] = [];
    let begun = (): void => {};
    const forgotten = new Promise<void>((resolve) => (begun = resolve));
    kinds.set({
      kind: steps.kind,
      label: 'steps',
      canCancel: false,
      run: async ({ by }) => {
        await forgotten;
        told.push(await persistence.unitOfWork.write((transaction) => by(transaction)));
        return undefined;
      },
    });
    const id = await enqueue('named');
    await persistence.unitOfWork.write((transaction) =>
      transaction.query("UPDATE portico_job SET by_name = '' WHERE by_id = ?", [ada.id]),
    );
    begun();
    await ended(id);
    expect(told).to.deep.equal([{ id: 'ada', name: '' }]);
  });

  it('that fail say why in one sentence', async () => {
    expect(await ended(await enqueue('fails'))).to.include({ state: 'failed', message: 'It cannot be.', done: 1 });
  });

  it('go on from what they noted last when their module comes back, and do no piece twice', async () => {
    steps.isOpen = false;
    const id = await enqueue('long');
    await eventually(() => steps.waiting === 1, 'begun', 10);
    kinds.set();
    steps.open();
    await eventually(async () => (await jobs.find(id))?.state === 'queued', 'put back', 10);
    kinds.set(steps);
    expect(await ended(id)).to.include({ state: 'succeeded', done: 3 });
    expect(steps.pieces).to.deep.equal([0, 1, 2]);
  });

  it('go on after a process that just ended, and are given up when that happens again and again', async () => {
    kinds.set();
    const id = await enqueue('killed');
    await jobs.dispose();
    const found = (values: string): Promise<unknown> =>
      persistence.unitOfWork.write((transaction) => transaction.query(`UPDATE portico_job SET ${values} WHERE id = ?`, [id]));
    await found("state = 'running', attempts = 1, cursor = '2', done = 2, total = 3");
    kinds.set(steps);
    jobs = await opened();
    expect(await ended(id)).to.include({ state: 'succeeded', done: 3 });
    expect(steps.pieces).to.deep.equal([2]);
    await jobs.dispose();
    await found("state = 'running', attempts = 3, ended_at = NULL");
    jobs = await opened();
    expect(await ended(id)).to.include({ state: 'failed' });
  });

  it('are cancelled before their next piece, those that wait at once', async () => {
    steps.isOpen = false;
    const ids = [await enqueue('a'), await enqueue('b'), await enqueue('c')];
    await eventually(() => steps.waiting === 2, 'two begun', 10);
    for (const id of ids) await jobs.cancel(id);
    expect(await jobs.find(ids[2] as string)).to.include({ state: 'cancelled' });
    expect(await jobs.find(ids[0] as string)).to.include({ state: 'running', isCancelling: true, canCancel: false });
    steps.open();
    for (const id of ids) expect(await ended(id)).to.include({ state: 'cancelled', done: 0 });
    const again = await jobs.cancel(ids[0] as string).then(
      () => 'done',
      (error: PortalError) => error.code,
    );
    expect(again).to.equal('job-not-cancellable');
    expect(recorded.map(({ action, subject }) => `${action} ${subject}`)).to.deep.equal([
      'cancelled a',
      'cancelled b',
      'cancelled c',
    ]);
  });

  it('take turns by person, two at a time, and never two about the same thing', async () => {
    steps.isOpen = false;
    const ids: string[] = [];
    for (const title of ['a1', 'a2', 'a3']) ids.push(await enqueue(title, ada, title === 'a2' ? 'a1' : title));
    ids.push(await enqueue('b1', bea));
    await eventually(() => steps.waiting === 2, 'two begun', 10);
    expect(steps.begun).to.deep.equal(['a1', 'a3']);
    expect(jobs.isOpen(steps.kind, 'a1')).to.equal(true);
    steps.open();
    for (const id of ids) await ended(id);
    expect(steps.begun.indexOf('b1')).to.equal(2);
    expect(jobs.isOpen(steps.kind, 'a1')).to.equal(false);
  });

  it('go on when writing works again, instead of staying open for ever', async () => {
    await jobs.dispose();
    let isFull = false;
    let refused = 0;
    const { unitOfWork } = persistence;
    const failing: UnitOfWork = {
      read: (work) => unitOfWork.read(work),
      write: (work) => {
        if (!isFull) return unitOfWork.write(work);
        refused += 1;
        return Promise.reject(new Error('The disk is full.'));
      },
    };
    jobs = new StoredJobs({ unitOfWork: failing, clock, ids: new UuidIds(), log, kinds, audit });
    await jobs.open();
    steps.isOpen = false;
    const id = await enqueue('stranded');
    await eventually(() => steps.waiting === 1, 'begun', 10);
    isFull = true;
    kinds.set();
    kinds.set(steps);
    steps.open();
    await eventually(() => refused === 1, 'its end could not be written', 10);
    expect(jobs.isOpen(steps.kind, 'stranded'), 'in the pause').to.equal(true);
    isFull = false;
    expect(await ended(id)).to.include({ state: 'succeeded', done: 3 });
  }).timeout(15_000);

  it('go thirty days after their end', async () => {
    const old = await enqueue('old');
    await ended(old);
    clock.offset = 29 * day;
    await ended(await enqueue('young'));
    expect(await jobs.find(old)).not.to.equal(undefined);
    clock.offset = 31 * day;
    await ended(await enqueue('new'));
    expect((await jobs.list()).map(({ title }) => title)).to.deep.equal(['new', 'young']);
  });
});
