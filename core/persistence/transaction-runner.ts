import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { PortalError } from '../api/index.js';
import { BetterSqlite3QueryRunner, type DataSource, EntityManager } from '../libraries/typeorm.js';

/**
 * TypeORM's way into one transaction. Its own runner is one per connection and lives on; this one dies with the transaction,
 * so that a repository kept beyond it, or a save nobody waited for, cannot write into somebody else's.
 */
export class TransactionRunner extends BetterSqlite3QueryRunner {
  private ended = false;

  constructor(source: DataSource, statements: ReadonlyMap<string, unknown>) {
    super(source.driver as BetterSqlite3Driver);
    const manager = new EntityManager(source, this);
    Object.assign(this, { stmtCache: statements, manager, isTransactionActive: true, transactionDepth: 1 });
  }

  end(): void {
    this.ended = true;
  }

  assertOpen(): void {
    if (this.ended) throw transactionEnded();
  }

  // biome-ignore lint/suspicious/noExplicitAny: the signature is TypeORM's.
  override query(sql: string, parameters?: any[], useStructuredResult?: boolean): Promise<any> {
    if (this.ended) return Promise.reject(transactionEnded());
    return super.query(sql, parameters, useStructuredResult);
  }

  override commitTransaction(): Promise<void> {
    return this.transactionDepth > 1 ? super.commitTransaction() : Promise.reject(notYours());
  }

  override rollbackTransaction(): Promise<void> {
    return this.transactionDepth > 1 ? super.rollbackTransaction() : Promise.reject(notYours());
  }
}

function transactionEnded(): PortalError {
  return new PortalError('transaction-ended', 'This transaction has ended. Wait for everything in it, and keep nothing of it.');
}

function notYours(): PortalError {
  return new PortalError('transaction-owned', 'A transaction ends when its work returns or throws; nothing else ends it.');
}
