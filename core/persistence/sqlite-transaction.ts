import type { DataSource, EntityTarget, ObjectLiteral, QueryRunner } from 'typeorm';
import type { Clock, SqlValue, StoredBlob, Transaction, WriteRepository } from '../api/index.js';
import type { Effect } from './commit-effects.js';
import type { FileSystemBlobStore } from './file-system-blob-store.js';
import type { StatementCache } from './statement-cache.js';
import { TransactionRunner } from './transaction-runner.js';

export class SqliteTransaction implements Transaction {
  readonly effects: Effect[] = [];
  private readonly runner: TransactionRunner;
  private ended = false;

  constructor(
    source: DataSource,
    private readonly statements: StatementCache,
    runnerStatements: ReadonlyMap<string, unknown>,
    private readonly blobs: FileSystemBlobStore,
    private readonly clock: Clock,
  ) {
    this.runner = new TransactionRunner(source, runnerStatements);
  }

  get open(): boolean {
    return !this.ended;
  }

  /** For migrations, which are written against TypeORM's runner. */
  get queryRunner(): QueryRunner {
    return this.runner;
  }

  repository<E extends ObjectLiteral>(entity: EntityTarget<E>): WriteRepository<E> {
    this.runner.assertOpen();
    return this.runner.manager.getRepository(entity) as unknown as WriteRepository<E>;
  }

  async query<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row[]> {
    this.runner.assertOpen();
    return this.statements.all<Row>(sql, values);
  }

  async keepBlob(blob: StoredBlob): Promise<void> {
    this.runner.assertOpen();
    this.blobs.assertStored(blob);
    const createdAt = this.clock.now().toISOString();
    this.statements.all('INSERT INTO portico_blob (id, size, sha256, created_at) VALUES (?, ?, ?, ?)', [
      blob.id,
      blob.size,
      blob.sha256,
      createdAt,
    ]);
    this.afterCommit(() => this.blobs.kept(blob.id));
  }

  async dropBlob(id: string): Promise<void> {
    this.runner.assertOpen();
    const dropped = this.statements.all<{ id: string }>('DELETE FROM portico_blob WHERE id = ? RETURNING id', [id]);
    if (dropped.length > 0) this.afterCommit(() => this.blobs.remove(id));
  }

  afterCommit(effect: Effect): void {
    this.runner.assertOpen();
    this.effects.push(effect);
  }

  end(): void {
    this.ended = true;
    this.runner.end();
  }
}
