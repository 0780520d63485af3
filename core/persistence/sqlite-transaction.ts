import type { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Clock,
  type EntityClass,
  PortalError,
  type SqlValue,
  type StoredBlob,
  type Transaction,
  type WriteRepository,
} from '../api/index.js';
import type { LocalAnnouncements } from './announcements.js';
import type { Effect } from './commit-effects.js';
import type { EntitySources } from './entity-sources.js';
import type { FileSystemBlobStore } from './file-system-blob-store.js';
import type { StatementCache } from './statement-cache.js';
import { storageFull } from './storage-errors.js';
import type { StorageHealth } from './storage-health.js';
import { TransactionRepository } from './transaction-repository.js';

/** The transaction that the code which is running now belongs to. */
export type CurrentTransaction = AsyncLocalStorage<SqliteTransaction>;

export interface TransactionDependencies {
  readonly sources: EntitySources;
  readonly statements: StatementCache;
  readonly blobs: FileSystemBlobStore;
  readonly clock: Clock;
  readonly current: CurrentTransaction;
  readonly health: StorageHealth;
  readonly announcements: LocalAnnouncements;
}

export class SqliteTransaction implements Transaction {
  readonly effects: Effect[] = [];
  private ended = false;
  private deletesRows = false;
  private boundBytes = 0;

  constructor(private readonly dependencies: TransactionDependencies) {}

  get open(): boolean {
    return !this.ended;
  }

  /** True when rows were deleted. */
  get deletes(): boolean {
    return this.deletesRows;
  }

  /** @throws PortalError `transaction-ended`; `storage-full` for much while the disk is full, before it takes the room that deleting needs. */
  beforeStatement(sql: string, values: readonly unknown[] = []): void {
    this.assertOpen();
    if (!this.deletesRows && deletes.test(sql)) {
      this.deletesRows = true;
      this.dependencies.health.beforeDeleting();
    }
    const { mostBytes } = this.dependencies.health;
    if (mostBytes === undefined || !writes.test(sql)) return;
    for (const value of values)
      if (typeof value === 'string' || value instanceof Uint8Array) this.boundBytes += Buffer.byteLength(value);
    if (this.boundBytes > mostBytes) throw storageFull();
  }

  /** @throws PortalError `transaction-ended` */
  assertOpen(): void {
    if (this.ended) throw transactionEnded();
  }

  repository<E extends object>(entity: EntityClass<E>): WriteRepository<E> {
    this.assertOpen();
    return new TransactionRepository(this.dependencies.sources.repository(entity), (work) => this.within(work));
  }

  async query<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row[]> {
    this.beforeStatement(sql, values);
    if (endsTransaction.test(sql)) throw notYours();
    return this.dependencies.statements.all<Row>(sql, values);
  }

  async keepBlob(blob: StoredBlob): Promise<void> {
    this.assertOpen();
    const { blobs, clock, statements } = this.dependencies;
    blobs.assertStored(blob);
    const createdAt = clock.now().toISOString();
    statements.all('INSERT INTO portico_blob (id, size, sha256, created_at) VALUES (?, ?, ?, ?)', [
      blob.id,
      blob.size,
      blob.sha256,
      createdAt,
    ]);
    this.afterCommit(() => blobs.kept(blob.id));
  }

  async dropBlob(id: string): Promise<void> {
    const [dropped] = await this.query<{ id: string }>('DELETE FROM portico_blob WHERE id = ? RETURNING id', [id]);
    if (dropped) this.afterCommit(() => this.dependencies.blobs.remove(id));
  }

  afterCommit(effect: Effect): void {
    this.assertOpen();
    this.effects.push(effect);
  }

  announce(topic: string, key: string): void {
    this.afterCommit(() => this.dependencies.announcements.deliver(topic, key));
  }

  end(): void {
    this.ended = true;
  }

  private async within<T>(work: () => Promise<T>): Promise<T> {
    this.assertOpen();
    return this.dependencies.current.run(this, work);
  }
}

const deletes = /^\s*delete\b/i;
const writes = /^\s*(?:insert|update|replace|with)\b/i;

/** Savepoints are not among them: who made one may take it back. */
const endsTransaction = /^\s*(?:begin|commit|end|rollback(?!\s+(?:transaction\s+)?to\b))\b/i;

export function transactionEnded(): PortalError {
  return new PortalError('transaction-ended', 'This transaction has ended. Wait for everything in it, and keep nothing of it.');
}

function notYours(): PortalError {
  return new PortalError('transaction-owned', 'A transaction ends when its work returns or throws; nothing else ends it.');
}
