import { type Class, type Disposable, DisposableStore, type Transaction } from '../api/index.js';
import type { DatabaseCopies, Protect } from './database-copies.js';
import type { EntitySources } from './entity-sources.js';
import type { KeptTables } from './kept-tables.js';
import type { MigrationRunner } from './migration-runner.js';
import type { MigrationClass } from './migration-statements.js';
import { SqliteTransaction } from './sqlite-transaction.js';

export interface ModuleTablesDependencies {
  /** One for each connection. */
  readonly sources: readonly EntitySources[];
  readonly migrations: MigrationRunner;
  readonly kept: KeptTables;
  readonly copies: DatabaseCopies;
  /** Called when tables have changed. */
  onChange(): void;
  readonly protect: Protect;
}

/** What a running portal does with the tables of a module that comes, changes or goes. */
export class ModuleTables {
  constructor(private readonly dependencies: ModuleTablesDependencies) {}

  /** Makes entities known to the open database until the answer is disposed. */
  async addEntities(entities: readonly Class<object>[]): Promise<Disposable> {
    const store = new DisposableStore(() => undefined);
    for (const source of this.dependencies.sources) store.add(await source.add(entities));
    return store;
  }

  /** Owners whose change neither happened nor was undone, because the process died: to be restored before they start. */
  unfinished(): readonly string[] {
    return this.dependencies.kept.unfinished();
  }

  /**
   * Keeps the tables of a module that is about to become another version.
   * @param tables those of both versions; what others claim is left out.
   */
  async keep(owner: string, tables: readonly string[]): Promise<void> {
    await this.dependencies.kept.keep(owner, this.own(owner, tables));
  }

  /** Undoes the change: tables, rows and migrations are as they were kept. */
  async restore(owner: string): Promise<void> {
    await this.dependencies.kept.restore(owner);
    this.dependencies.onChange();
  }

  /** Says, in the transaction of the change itself, that it has happened. */
  forget(transaction: Transaction, owner: string): void {
    this.dependencies.kept.forget(sqlite(transaction), owner);
  }

  /** Takes the tables of a module away, and its migrations out of memory. */
  async erase(transaction: Transaction, owner: string, tables: readonly string[]): Promise<void> {
    await this.dependencies.kept.erase(sqlite(transaction), owner, this.own(owner, tables));
    transaction.afterCommit(() => this.dependencies.onChange());
  }

  /** Those of the names that are tables now. */
  present(owner: string, tables: readonly string[]): readonly string[] {
    const objects = this.dependencies.kept.objectsOf(this.own(owner, tables));
    return objects.filter(({ type }) => type === 'table').map(({ name }) => name);
  }

  /** Those of the names that another module, or the portal itself, made. */
  taken(owner: string, tables: readonly string[]): readonly string[] {
    const own = this.own(owner, tables);
    return tables.filter((name) => !own.includes(name));
  }

  /** Names of the module's migrations that this database has, oldest first. */
  applied(owner: string): readonly string[] {
    return this.dependencies.migrations.appliedNames(owner);
  }

  /** Takes back the migrations that the version which comes does not have. @throws PortalError `migration-failed` */
  async revert(owner: string, migrations: readonly MigrationClass[], keeping: readonly string[]): Promise<void> {
    const { migrations: runner, protect } = this.dependencies;
    await protect(() => runner.revert(owner, migrations, keeping));
    this.dependencies.onChange();
  }

  /** The module is not installed any more: what it left belongs to nobody. */
  forgetCode(owner: string): void {
    this.dependencies.migrations.forgetCode(owner);
  }

  /** Does something to tables after the database has been copied once. @throws PortalError `copy-failed`, before anything is done. */
  afterCopy<T>(work: () => Promise<T>): Promise<T> {
    return this.dependencies.copies.before(work);
  }

  private own(owner: string, tables: readonly string[]): readonly string[] {
    const { migrations } = this.dependencies;
    const mine = migrations.claimed(owner);
    const claimed = migrations.claimed();
    const isForeign = (name: string): boolean => claimed.has(name) && !mine.has(name);
    return [...new Set(tables)].filter((name) => !/^(?:portico|sqlite)_/.test(name) && !isForeign(name));
  }
}

/** Transactions are made in one place, by one class. */
function sqlite(transaction: Transaction): SqliteTransaction {
  if (transaction instanceof SqliteTransaction) return transaction;
  throw new Error('This is a transaction of another database.');
}
