import type {
  AuditPerson,
  Contribution,
  Job,
  JobKind,
  JobProgress,
  JobState,
  JobView,
  MigrationInterface,
  NewJob,
  QueryRunner,
  Transaction,
} from '../api/index.js';
import { Column, Entity, Index, PrimaryColumn } from '../libraries/typeorm.js';

/** Long work. A row comes with what causes the work, changes while it goes on, and goes some time after its end. */
@Entity('portico_job')
@Index('portico_job_state', ['state', 'id'])
@Index('portico_job_by', ['byId', 'id'])
export class JobRow {
  /** Id of the job, a UUIDv7: jobs sort by the time they were begun. */
  @PrimaryColumn('text')
  id!: string;

  /** Kind of work, as the module that does it declares it. */
  @Column('text')
  kind!: string;

  /** What it works on, e.g. the id of a site. */
  @Column('text')
  subject!: string;

  /** What people call that, at the time it was begun. */
  @Column('text')
  title!: string;

  /** Where it works: `instance`, or the id of a site. */
  @Column('text')
  scope!: string;

  /** Id of the person who began it; `system` for the portal itself. */
  @Column('text', { name: 'by_id' })
  byId!: string;

  /** Name of that person at that time. */
  @Column('text', { name: 'by_name' })
  byName!: string;

  /** Where it stands: `queued` or `running`, or how it ended. */
  @Column('text')
  state!: JobState;

  /** Pieces that are done. */
  @Column('integer')
  done!: number;

  /** Pieces there are; 0 while that is not known. */
  @Column('integer')
  total!: number;

  /** JSON of what the kind needs to know. */
  @Column('text')
  input!: string;

  /** JSON of where to go on; null before the first piece. */
  @Column('text', { nullable: true })
  cursor!: string | null;

  /** Sentence that says why it failed; null otherwise. */
  @Column('text', { nullable: true })
  message!: string | null;

  /** Path of the portal at which its result is; null when there is none. */
  @Column('text', { nullable: true })
  href!: string | null;

  /** Whether somebody asked for its end. */
  @Column('boolean', { name: 'cancel_asked' })
  cancelAsked!: boolean;

  /** How often it was begun since it last came further: what ends the portal again and again is given up. */
  @Column('integer')
  attempts!: number;

  /** Time at which it was asked for, in milliseconds since 1970, as all times of jobs. */
  @Column('bigint', { name: 'created_at' })
  createdAt!: number;

  /** Time at which it was begun first; null while it waits. */
  @Column('bigint', { name: 'started_at', nullable: true })
  startedAt!: number | null;

  /** Time of its end; null before. */
  @Column('bigint', { name: 'ended_at', nullable: true })
  endedAt!: number | null;
}

class CreateJobs1764900000000 implements MigrationInterface {
  readonly name = 'CreateJobs1764900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE portico_job (
        id text PRIMARY KEY NOT NULL,
        kind text NOT NULL,
        subject text NOT NULL,
        title text NOT NULL,
        scope text NOT NULL,
        by_id text NOT NULL,
        by_name text NOT NULL,
        state text NOT NULL,
        done integer NOT NULL,
        total integer NOT NULL,
        input text NOT NULL,
        cursor text,
        message text,
        href text,
        cancel_asked boolean NOT NULL,
        attempts integer NOT NULL,
        created_at bigint NOT NULL,
        started_at bigint,
        ended_at bigint
      )`);
    await runner.query('CREATE INDEX portico_job_state ON portico_job (state, id)');
    await runner.query('CREATE INDEX portico_job_by ON portico_job (by_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE portico_job');
  }
}

export const jobEntities = [JobRow] as const;
export const jobMigrations = [CreateJobs1764900000000] as const;

/** A job, as those see it who may. */
export function jobOf(row: JobRow): Job {
  const { id, kind, subject, title, scope, state, done, total } = row;
  return {
    id,
    kind,
    subject,
    title,
    scope,
    state,
    done,
    total,
    by: { id: row.byId, name: row.byName },
    ...(row.message !== null && { message: row.message }),
    isCancelling: row.cancelAsked && (state === 'queued' || state === 'running'),
    createdAt: new Date(Number(row.createdAt)),
    ...(row.startedAt !== null && { startedAt: new Date(Number(row.startedAt)) }),
    ...(row.endedAt !== null && { endedAt: new Date(Number(row.endedAt)) }),
  };
}

/** The same with what its kind says, while that is there. */
export function viewOf(row: JobRow, kind: Contribution<JobKind> | undefined): JobView {
  const isOpen = row.state === 'queued' || row.state === 'running';
  return {
    ...jobOf(row),
    ...(kind && { label: { module: kind.module, key: kind.value.label, values: { title: row.title } } }),
    canCancel: isOpen && !row.cancelAsked && (kind?.value.canCancel ?? true),
    ...(row.href !== null && { href: row.href }),
  };
}

/** A job that waits. */
export function newJobRow(
  id: string,
  { kind, subject, title, scope, input }: Omit<NewJob, 'by'>,
  by: AuditPerson,
  createdAt: number,
): JobRow {
  return Object.assign(new JobRow(), {
    id,
    kind,
    subject,
    title,
    scope,
    byId: by.id,
    byName: by.name,
    state: 'queued',
    done: 0,
    total: 0,
    input: JSON.stringify(input ?? null),
    cursor: null,
    message: null,
    href: null,
    cancelAsked: false,
    attempts: 0,
    createdAt,
    startedAt: null,
    endedAt: null,
  } satisfies JobRow);
}

/** Notes how far a job has come. */
export async function saveProgress(transaction: Transaction, id: string, { done, total, cursor }: JobProgress): Promise<void> {
  await transaction.repository(JobRow).update(
    { id },
    {
      attempts: 1,
      ...(done !== undefined && { done }),
      ...(total !== undefined && { total }),
      ...(cursor !== undefined && { cursor: JSON.stringify(cursor) }),
    },
  );
}
