import { setTimeout as delay } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { type Clock, type Log, PortalError, type Transaction } from '../api/index.js';
import { withTimeout } from '../util/with-timeout.js';
import type { LocalAnnouncements } from './announcements.js';
import { CommitEffects } from './commit-effects.js';
import type { EntitySources } from './entity-sources.js';
import type { FileSystemBlobStore } from './file-system-blob-store.js';
import { type CurrentTransaction, SqliteTransaction } from './sqlite-transaction.js';
import { StatementCache } from './statement-cache.js';
import { databaseBusy, explainStorageError, isBusy, isFinal, storageCode, storageFailed, storageFull } from './storage-errors.js';
import type { StorageHealth } from './storage-health.js';
import { WriteQueue } from './write-queue.js';

export interface WriterOptions {
  readonly sources: EntitySources;
  readonly connection: Database.Database;
  readonly current: CurrentTransaction;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: StorageHealth;
  readonly announcements: LocalAnnouncements;
  /** Waiting for a lock that another process holds. */
  readonly busyTimeoutMillis: number;
  /** Waiting for those who write before. */
  readonly queueMillis: number;
  /** One transaction may take this long. */
  readonly transactionMillis: number;
}

const retryMillis = 20;
/** So much larger may the database become by deleting on a full disk: an entry of the audit log, at most. */
const deletingPages = 4;

/**
 * The one connection that writes, and the queue in front of it.
 *
 * What comes in: work that is given a transaction. It waits in the queue behind those who asked before, at most `queueMillis`, then gets 503 with
 * Retry-After and never runs. Reads do not wait: they go beside, on connections of their own, and see what was committed.
 *
 * Then, in this order: BEGIN IMMEDIATE, which waits for a lock that another process holds, without holding up the event loop; the work, at most
 * `transactionMillis`; COMMIT; and only after it what the work left for afterwards (`afterCommit`: caches, events, files that go), one transaction's
 * effects after another's. The next in the queue does not wait for these; the one who wrote does. A promise of `write` that resolves is on disk.
 *
 * When the work throws or takes too long: ROLLBACK, no effect runs, and files that the work wanted kept are not. The transaction is closed for good:
 * whoever kept it gets `transaction-ended` and cannot write into that of somebody else. When the rollback fails, or the disk does (a failed fsync,
 * a corrupt page), `StorageHealth` closes writing for the whole process: what the database then holds is not known, so nothing is tried again.
 *
 * While the disk is full, rows that are deleted have what room there is to themselves, once the small writes of others have had half of it: what
 * would make the database larger is undone then (`DiskReserve`).
 *
 * What is never done: no transaction inside another (`nested-write`), which would wait for itself; no effect before its commit; no second attempt of
 * work that may have been committed.
 */
export class Writer {
  private readonly queue: WriteQueue;
  private readonly effects: CommitEffects;
  readonly statements: StatementCache;

  constructor(
    private readonly options: WriterOptions,
    private readonly blobs: FileSystemBlobStore,
  ) {
    this.queue = new WriteQueue(options.queueMillis);
    this.effects = new CommitEffects(options.log, options.transactionMillis);
    this.statements = new StatementCache(options.connection);
  }

  async write<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const { value, followed } = await this.exclusively(() => this.transact(work));
    await followed;
    return value;
  }

  /** Runs work while nothing else writes. Refused inside a transaction, which would wait for itself. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.options.current.getStore()?.open) {
      throw new PortalError('nested-write', 'A transaction is open here already: use it, or wait until it has ended.');
    }
    this.options.health.assertWritable();
    return this.queue.run(work);
  }

  /** One transaction, for those who hold the queue. Its effects have begun when the answer comes, and ended with `followed`. */
  async transact<T>(work: (transaction: SqliteTransaction) => Promise<T>): Promise<{ value: T; followed: Promise<void> }> {
    const { connection, sources, clock, current, health, announcements, transactionMillis } = this.options;
    health.beforeWriting();
    const isScarce = this.isScarce();
    await this.begin();
    const pages = isScarce ? this.pages() : 0;
    const { statements, blobs } = this;
    const transaction = new SqliteTransaction({ sources, statements, blobs, clock, current, health, announcements });
    try {
      const value = await current.run(transaction, () =>
        withTimeout(work(transaction), transactionMillis, () => tooLong(transactionMillis)),
      );
      transaction.end();
      if (isScarce && this.pages() - pages > (transaction.deletes ? deletingPages : 0)) throw storageFull();
      connection.exec('COMMIT');
      return { value, followed: this.effects.run(transaction.effects) };
    } catch (error) {
      transaction.end();
      throw this.rollBack(error);
    }
  }

  /** Writes the log into the database and empties it; false while somebody reads what is older. */
  async emptyLog(): Promise<boolean> {
    return this.exclusively(async () => {
      const [state] = this.options.connection.pragma('wal_checkpoint(TRUNCATE)') as { readonly busy: number }[];
      return state?.busy === 0;
    });
  }

  async close(): Promise<void> {
    await this.queue.close();
    this.options.current.disable();
    this.effects.close();
  }

  /** Whether what room there is on a full disk is for deleting alone. The log gives back what it can before that is said. */
  private isScarce(): boolean {
    const { health } = this.options;
    if (!health.isScarce) return false;
    this.giveBackLog();
    return health.isScarce;
  }

  /** The log keeps the room that a large transaction took, also of one that was undone. Readers of what is older keep it as it is. */
  private giveBackLog(): void {
    try {
      this.options.connection.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      this.explain(error);
    }
  }

  private pages(): number {
    return this.options.connection.pragma('page_count', { simple: true }) as number;
  }

  private async begin(): Promise<void> {
    const { connection, clock, busyTimeoutMillis } = this.options;
    const deadline = clock.monotonic() + busyTimeoutMillis;
    for (;;) {
      try {
        connection.exec('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!isBusy(error)) throw this.explain(error);
        // SQLite's own waiting would hold up every request of the process; this waits beside them.
        if (clock.monotonic() >= deadline) throw databaseBusy(error);
        await delay(retryMillis);
      }
    }
  }

  private rollBack(error: unknown): unknown {
    try {
      // After some errors, such as a full disk, SQLite has rolled back by itself.
      if (this.options.connection.inTransaction) this.options.connection.exec('ROLLBACK');
    } catch (failure) {
      const failed = storageFailed(new AggregateError([error, failure], 'A transaction could not be rolled back.'));
      this.options.health.fail(failed);
      return failed;
    }
    const explained = this.explain(error);
    if (explained instanceof PortalError && explained.code === 'storage-full') this.giveBackLog();
    return explained;
  }

  private explain(error: unknown): unknown {
    const explained = explainStorageError(error);
    if (explained instanceof PortalError && explained.code === 'storage-full') this.options.health.full();
    if (isFinal(explained) && storageCode(error)?.startsWith('SQLITE_')) this.options.health.fail(explained);
    return explained;
  }
}

function tooLong(millis: number): PortalError {
  return new PortalError('transaction-timeout', 'Saving took too long and was undone. Try again in a moment.', {
    status: 503,
    expose: true,
    retryAfter: 5,
    details: { limitMillis: millis },
  });
}
