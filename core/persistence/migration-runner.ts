import type Database from 'better-sqlite3';
import { type Clock, PortalError } from '../api/index.js';
import type { DatabaseCopies } from './database-copies.js';
import { type MigrationClass, prepared, type ReadyMigration } from './migration-statements.js';
import type { SqliteTransaction } from './sqlite-transaction.js';
import type { Writer } from './writer.js';

/** A migration that the database has, with the checksum it had then; null where it is older than checksums. */
interface AppliedMigration {
  readonly name: string;
  readonly checksum: string | null;
}

/** Names the file of a migration, for people; undefined when it is not known. */
export type MigrationFile = (migration: MigrationClass) => Promise<string | undefined>;

/**
 * Applies the migrations of each owner once, in their order, each in a transaction of its own. What was applied is history: it is kept with a
 * checksum of what it does, and a migration that does something else now is refused, because nobody knows which tables the database has.
 */
export class MigrationRunner {
  private readonly applied = new Map<string, AppliedMigration[]>();
  /** Made by this process: there is nothing to copy yet. */
  private isNew = false;
  /** What the code of this process has and this database needs, by owner; for the doctor. */
  readonly known = new Map<string, readonly string[]>();
  /** Tables that the code of this process makes, by owner; for the doctor, and to keep them while a module is changed. */
  private readonly tables = new Map<string, ReadonlySet<string>>();
  /** What was changed after it was applied, by owner; for the doctor. */
  readonly edited = new Map<string, readonly string[]>();

  constructor(
    private readonly connection: Database.Database,
    private readonly writer: Writer,
    private readonly clock: Clock,
    private readonly copies: DatabaseCopies,
  ) {}

  /** Reads what has been applied; makes the table in a new database. */
  load(): void {
    this.connection.exec(
      `CREATE TABLE IF NOT EXISTS portico_migration (
         owner TEXT NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, applied_at TEXT NOT NULL, checksum TEXT,
         PRIMARY KEY (owner, name)
       ) WITHOUT ROWID`,
    );
    const columns = this.connection.pragma('table_info(portico_migration)') as { name: string }[];
    if (!columns.some(({ name }) => name === 'checksum'))
      this.connection.exec('ALTER TABLE portico_migration ADD COLUMN checksum TEXT');
    const rows = this.connection.prepare('SELECT owner, name, checksum FROM portico_migration ORDER BY owner, position').all();
    this.isNew = rows.length === 0;
    for (const { owner, ...row } of rows as ({ owner: string } & AppliedMigration)[]) this.appliedOf(owner).push(row);
  }

  /** What was applied of an owner was changed from outside. */
  reload(owner: string): void {
    const rows = this.connection
      .prepare('SELECT name, checksum FROM portico_migration WHERE owner = ? ORDER BY position')
      .all(owner);
    this.applied.set(owner, rows as AppliedMigration[]);
  }

  /** Nothing of this owner's code counts any more. */
  forgetCode(owner: string): void {
    for (const known of [this.known, this.edited, this.tables]) known.delete(owner);
  }

  /** Names of the tables that the code of this process makes; of one owner, or of all. */
  claimed(owner?: string): ReadonlySet<string> {
    const owners = owner === undefined ? [...this.tables.keys()] : [owner];
    return new Set(owners.flatMap((each) => [...(this.tables.get(each) ?? [])]));
  }

  /** Names of an owner's migrations that this database has, in the order of their application. */
  appliedNames(owner: string): readonly string[] {
    return this.appliedOf(owner).map(({ name }) => name);
  }

  /**
   * Takes back what was applied and is not among the migrations of the version that comes, last first, by the `down` of the version that goes.
   * @throws PortalError `migration-failed`
   */
  async revert(owner: string, migrations: readonly MigrationClass[], keeping: readonly string[]): Promise<void> {
    const ready = new Map((await Promise.all(migrations.map(prepared))).map((each) => [each.name, each.migration]));
    const going = this.appliedOf(owner).filter(({ name }) => !keeping.includes(name));
    for (const { name } of going.reverse())
      await this.inItsTransaction(
        owner,
        name,
        'It cannot be taken back, and the database is as it was before it.',
        async (transaction) => {
          const migration = ready.get(name);
          if (migration === undefined)
            throw refused(owner, 'It is to be taken back, and the module does not have it any more.', [name]);
          await migration.down(transaction);
          await transaction.query('DELETE FROM portico_migration WHERE owner = ? AND name = ?', [owner, name]);
        },
      );
    this.reload(owner);
  }

  /** @param fileOf names the file of one that was edited. */
  async migrate(owner: string, migrations: readonly MigrationClass[], fileOf?: MigrationFile): Promise<void> {
    const all = await Promise.all(migrations.map(prepared));
    const names = all.map(({ name }) => name);
    this.tables.set(owner, new Set(all.flatMap(({ tables }) => tables)));
    if (new Set(names).size < names.length) throw refused(owner, 'Two migrations have the same name.', names);
    const needed = this.neededOf(owner, all);
    this.known.set(
      owner,
      needed.map(({ name }) => name),
    );
    this.assertFollows(owner, needed, names);
    await this.assertUnedited(owner, needed, fileOf);
    await this.adopt(owner, needed);
    const applied = new Set(this.appliedOf(owner).map(({ name }) => name));
    const pending = needed.filter(({ name }) => !applied.has(name));
    if (pending.length > 0 && !this.isNew) await this.writer.exclusively(() => this.copies.take());
    for (const migration of pending) await this.apply(owner, migration);
  }

  private appliedOf(owner: string): AppliedMigration[] {
    const applied = this.applied.get(owner) ?? [];
    this.applied.set(owner, applied);
    return applied;
  }

  /** Without those that only prepare for a migration which this database has already. */
  private neededOf(owner: string, all: readonly ReadyMigration[]): readonly ReadyMigration[] {
    const applied = new Set(this.appliedOf(owner).map(({ name }) => name));
    return all.filter(({ name, migration: { unlessApplied: later } }, index) => {
      if (later === undefined) return true;
      if (!all.slice(index + 1).some((other) => other.name === later))
        throw refused(owner, `It prepares for ${later}, which does not come after it.`, [name]);
      return applied.has(name) || !applied.has(later);
    });
  }

  private assertFollows(owner: string, needed: readonly ReadyMigration[], known: readonly string[]): void {
    const applied = this.appliedOf(owner);
    const unknown = applied.map(({ name }) => name).filter((name) => !known.includes(name));
    if (unknown.length > 0) {
      throw new PortalError(
        'database-newer',
        `The database was changed by a newer version of ${owner} (${unknown.join(', ')}). Install that version again, or restore a backup from before.`,
        { details: { owner, unknown } },
      );
    }
    const isApplied = needed.map(({ name }) => applied.some((known) => known.name === name));
    if (isApplied.lastIndexOf(true) >= applied.length) {
      throw refused(owner, 'A new migration stands before one that was applied already; it must come last.', known);
    }
  }

  private async assertUnedited(owner: string, needed: readonly ReadyMigration[], fileOf?: MigrationFile): Promise<void> {
    const then = new Map(this.appliedOf(owner).map(({ name, checksum }) => [name, checksum]));
    const edited = needed.filter(({ name, checksum }) => (then.get(name) ?? checksum) !== checksum);
    this.edited.set(
      owner,
      edited.map(({ name }) => name),
    );
    if (edited.length === 0) return;
    const named = await Promise.all(
      edited.map(async ({ name, from }) => {
        const file = await fileOf?.(from).catch(() => undefined);
        return file === undefined ? name : `${name} in ${file}`;
      }),
    );
    throw new PortalError(
      'migration-edited',
      `A migration of ${owner} was edited after this database had applied it (${named.join(', ')}), so it is not known which tables there are. ` +
        `Install the version of ${owner} that ran here before, or undo the edit: a change of a table is a new migration.`,
      { details: { owner, migrations: edited.map(({ name }) => name) } },
    );
  }

  /** What was applied before there were checksums gets the one that it has now. */
  private async adopt(owner: string, needed: readonly ReadyMigration[]): Promise<void> {
    const applied = this.appliedOf(owner);
    if (applied.every(({ checksum }) => checksum !== null)) return;
    const now = new Map(needed.map(({ name, checksum }) => [name, checksum]));
    const known = applied.map(({ name, checksum }) => ({ name, checksum: checksum ?? now.get(name) ?? null }));
    await this.writer.write(async (transaction) => {
      for (const { name, checksum } of known)
        await transaction.query('UPDATE portico_migration SET checksum = ? WHERE owner = ? AND name = ?', [
          checksum,
          owner,
          name,
        ]);
    });
    this.applied.set(owner, known);
  }

  private async apply(owner: string, { name, checksum, migration }: ReadyMigration): Promise<void> {
    const applied = this.appliedOf(owner);
    await this.inItsTransaction(owner, name, 'It failed, and the database is as it was before it.', async (transaction) => {
      await migration.up(transaction);
      await transaction.query(
        'INSERT INTO portico_migration (owner, position, name, applied_at, checksum) VALUES (?, ?, ?, ?, ?)',
        [owner, applied.length, name, this.clock.now().toISOString(), checksum],
      );
    });
    applied.push({ name, checksum });
  }

  private inItsTransaction(
    owner: string,
    name: string,
    failed: string,
    work: (transaction: SqliteTransaction) => Promise<void>,
  ): Promise<void> {
    return this.writer.exclusively(async () => {
      // Rebuilding a table drops the old one; with the keys on, that would delete the rows which refer to it.
      this.connection.pragma('foreign_keys = OFF');
      try {
        await this.writer.transact(async (transaction) => {
          await work(transaction);
          const [broken] = this.connection.pragma('foreign_key_check') as { table: string; parent: string }[];
          if (broken) throw refused(owner, `It leaves rows of ${broken.table} that refer to none of ${broken.parent}.`, [name]);
        });
      } catch (error) {
        if (error instanceof PortalError) throw error;
        throw refused(owner, failed, [name], error);
      } finally {
        this.connection.pragma('foreign_keys = ON');
      }
    });
  }
}

function refused(owner: string, reason: string, names: readonly string[], cause?: unknown): PortalError {
  const details = { owner, migrations: names };
  return new PortalError('migration-failed', `A migration of ${owner} cannot be applied: ${reason}`, { details, cause });
}
