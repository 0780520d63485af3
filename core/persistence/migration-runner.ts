import type Database from 'better-sqlite3';
import { type Clock, type MigrationInterface, PortalError } from '../api/index.js';
import type { Writer } from './writer.js';

export type MigrationClass = new () => MigrationInterface;

/** Applies the migrations of each owner once, in their order, each in a transaction of its own. */
export class MigrationRunner {
  private readonly applied = new Map<string, string[]>();
  /** What the code of this process has, by owner; for the doctor. */
  readonly known = new Map<string, readonly string[]>();

  constructor(
    private readonly connection: Database.Database,
    private readonly writer: Writer,
    private readonly clock: Clock,
  ) {}

  /** Reads what has been applied; makes the table in a new database. */
  load(): void {
    this.connection.exec(
      `CREATE TABLE IF NOT EXISTS portico_migration (
         owner TEXT NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, applied_at TEXT NOT NULL, PRIMARY KEY (owner, name)
       ) WITHOUT ROWID`,
    );
    const rows = this.connection.prepare('SELECT owner, name FROM portico_migration ORDER BY owner, position').all();
    for (const { owner, name } of rows as { owner: string; name: string }[]) this.appliedOf(owner).push(name);
  }

  appliedOf(owner: string): string[] {
    const names = this.applied.get(owner) ?? [];
    this.applied.set(owner, names);
    return names;
  }

  async migrate(owner: string, migrations: readonly MigrationClass[]): Promise<void> {
    const ready = migrations.map((Migration) => {
      const migration = new Migration();
      return { migration, name: migration.name ?? Migration.name };
    });
    const names = ready.map(({ name }) => name);
    if (new Set(names).size < names.length) throw refused(owner, 'Two migrations have the same name.', names);
    this.known.set(owner, names);
    this.assertFollows(owner, names);
    const pending = ready.slice(this.appliedOf(owner).length);
    for (const { migration, name } of pending) await this.apply(owner, name, migration);
  }

  private assertFollows(owner: string, names: readonly string[]): void {
    const applied = this.appliedOf(owner);
    const unknown = applied.filter((name) => !names.includes(name));
    if (unknown.length > 0) {
      throw new PortalError(
        'database-newer',
        `The database was changed by a newer version of ${owner} (${unknown.join(', ')}). Install that version again, or restore a backup from before.`,
        { details: { owner, unknown } },
      );
    }
    if (applied.some((name, index) => names[index] !== name)) {
      throw refused(owner, 'A new migration stands before one that was applied already; it must come last.', names);
    }
  }

  private apply(owner: string, name: string, migration: MigrationInterface): Promise<void> {
    return this.writer.exclusively(async () => {
      const applied = this.appliedOf(owner);
      // Rebuilding a table drops the old one; with the keys on, that would delete the rows which refer to it.
      this.connection.pragma('foreign_keys = OFF');
      try {
        await this.writer.transact(async (transaction) => {
          await migration.up(transaction);
          const [broken] = this.connection.pragma('foreign_key_check') as { table: string; parent: string }[];
          if (broken) throw refused(owner, `It leaves rows of ${broken.table} that refer to none of ${broken.parent}.`, [name]);
          await transaction.query('INSERT INTO portico_migration (owner, position, name, applied_at) VALUES (?, ?, ?, ?)', [
            owner,
            applied.length,
            name,
            this.clock.now().toISOString(),
          ]);
        });
      } catch (error) {
        if (error instanceof PortalError) throw error;
        throw refused(owner, 'It failed, and the database is as it was before it.', [name], error);
      } finally {
        this.connection.pragma('foreign_keys = ON');
      }
      applied.push(name);
    });
  }
}

function refused(owner: string, reason: string, names: readonly string[], cause?: unknown): PortalError {
  const details = { owner, migrations: names };
  return new PortalError('migration-failed', `A migration of ${owner} cannot be applied: ${reason}`, { details, cause });
}
