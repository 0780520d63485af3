import type { AuditPerson } from './audit.js';
import type { MessageValues } from './basics.js';
import type { Transaction } from './persistence.js';
import { type ExtensionPoint, extensionPoint, type ServiceToken, serviceToken } from './tokens.js';

/** `queued` and `running` are open; the others are ends. */
export const jobStates = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type JobState = (typeof jobStates)[number];

/** Long work that goes on when nobody looks, as those see it who may. */
export interface Job {
  /** UUIDv7. */
  readonly id: string;
  /** `<module>.<what>`: id of the kind. */
  readonly kind: string;
  /** What it works on, e.g. the id of a site; two jobs of one kind about the same thing are never run side by side. */
  readonly subject: string;
  /** What people call that, e.g. the name of a site. */
  readonly title: string;
  /** `instance`, or the id of a site. */
  readonly scope: string;
  /** Who began it. */
  readonly by: AuditPerson;
  readonly state: JobState;
  /** Pieces that are done, and how many there are; 0 while that is not known. */
  readonly done: number;
  readonly total: number;
  /** Of what failed: one sentence for the person. */
  readonly message?: string;
  /** Whether somebody asked for its end; it stops before its next piece. */
  readonly isCancelling: boolean;
  readonly createdAt: Date;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
}

export interface NewJob {
  readonly kind: string;
  readonly subject: string;
  readonly title: string;
  readonly scope: string;
  /** What the kind needs to know, as JSON; no secrets. */
  readonly input?: unknown;
  /** Default: the person of the request or the command that runs now; else the portal itself. */
  readonly by?: AuditPerson;
}

/** How far a job has come. What is left out stays. */
export interface JobProgress {
  readonly done?: number;
  readonly total?: number;
  /** Where to go on after a restart, as JSON. */
  readonly cursor?: unknown;
}

/** A job while it runs. */
export interface JobRun {
  readonly job: Job;
  readonly input: unknown;
  /** What was saved last, by this run or one before a restart; undefined at the beginning. */
  readonly cursor: unknown;
  /** Aborted when somebody cancels it, its module stops or the portal closes. Ask before each piece: `signal.throwIfAborted()`. */
  readonly signal: AbortSignal;
  /** Who began it, by now: who was deleted meanwhile has no name any more. For what is recorded in their name. */
  by(transaction: Transaction): Promise<AuditPerson>;
  /** Notes how far it has come, in the transaction that does the piece: so that after a kill no piece is done twice or left out. */
  save(transaction: Transaction, progress: JobProgress): Promise<void>;
}

/**
 * A kind of long work. Its pieces are small transactions, so that others get their turn in between, and each notes in itself how far it has come.
 * After a restart, even a kill, `run` is called again with what was noted last.
 */
export interface JobKind {
  /** `<module>.<what>` in kebab-case. */
  readonly kind: string;
  /** Message key of what people call it; `{title}` is the title of the job. */
  readonly label: string;
  /** Whether it may be cancelled. */
  readonly canCancel: boolean;
  /**
   * Does the work. What it throws is the end of the job: the message of a PortalError is shown, of anything else a general sentence, with
   * the error in the log. What it answers is where its result is, as a path of the portal for who began it.
   */
  run(run: JobRun): Promise<{ readonly href?: string } | undefined>;
}
export const JobKinds: ExtensionPoint<JobKind> = extensionPoint('portico.job-kinds', {
  requires: { kind: 'text', label: 'text', canCancel: 'yes-or-no', run: 'function' },
});

/** A job with what its kind says about it. */
export interface JobView extends Job {
  /** Message key of its kind and the module whose key it is; undefined while its module is away. */
  readonly label?: { readonly module: string; readonly key: string; readonly values: MessageValues };
  readonly canCancel: boolean;
  /** Where its result is. */
  readonly href?: string;
}

/**
 * Long work as rows: begun in the transaction of what causes it, run in small pieces, followed and cancelled by who began it, and gone on with after a
 * restart. A few are run at a time, of those that wait first the ones of whoever has waited longest for a turn.
 */
export interface Jobs {
  /** Runs after the commit. @throws PortalError `jobs-full` (429) when too many wait. */
  enqueue(transaction: Transaction, job: NewJob): Promise<string>;
  find(id: string): Promise<JobView | undefined>;
  /** Newest first, at most 100. @param by only of this person. */
  list(by?: string): Promise<readonly JobView[]>;
  /** Whether a job of this kind waits or runs for it. A memory read. */
  isOpen(kind: string, subject: string): boolean;
  /** Asks for its end; one that waits ends at once. @throws PortalError `not-found` (404), `job-not-cancellable` (409). */
  cancel(id: string): Promise<void>;
}
export const Jobs: ServiceToken<Jobs> = serviceToken('portico.jobs');
