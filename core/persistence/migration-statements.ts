import { createHash } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from '../api/index.js';

export type MigrationClass = new () => MigrationInterface;

/** A migration of the code, ready to run. */
export interface ReadyMigration {
  readonly name: string;
  readonly checksum: string;
  /** Names of tables that it makes. */
  readonly tables: readonly string[];
  readonly migration: MigrationInterface;
  readonly from: MigrationClass;
}

const madeTable = /^(?:CREATE TABLE (?:IF NOT EXISTS )?|ALTER TABLE \S+ RENAME TO )["`]?(\w+)/i;

export async function prepared(Migration: MigrationClass): Promise<ReadyMigration> {
  const migration = new Migration();
  const statements = await statementsOf(migration);
  const checksum = createHash('sha256').update(statements.join(';\n')).digest('hex');
  const tables = statements.flatMap((statement) => madeTable.exec(statement)?.[1] ?? []);
  return { name: migration.name ?? Migration.name, checksum, tables, migration, from: Migration };
}

/** What a migration does, told without a database. */
interface DescribedMigration {
  readonly name: string;
  /** Names of tables that it makes. */
  readonly tables: readonly string[];
  /** Whether its `down` does something: what was applied can be taken back by it. */
  readonly reversible: boolean;
}

export async function describeMigration(Migration: MigrationClass): Promise<DescribedMigration> {
  const { name, tables, migration } = await prepared(Migration);
  const recorder = new StatementRecorder();
  try {
    await migration.down(recorder);
  } catch {
    return { name, tables, reversible: false };
  }
  return { name, tables, reversible: recorder.statements.length > 0 };
}

/** A migration that goes on until the database answers something goes on for ever where nothing is answered. */
const statementsAtMost = 10_000;

/** Writes down what it is told, and answers no rows. */
class StatementRecorder implements QueryRunner {
  readonly statements: string[] = [];

  async query<Row>(sql: string): Promise<Row[]> {
    if (this.statements.length >= statementsAtMost) throw new Error('The migration does not come to an end without a database.');
    this.statements.push(sql.replace(/\s+/g, ' ').trim());
    return [];
  }
}

/**
 * The statements that a migration runs in a database without rows: what its checksum is made of. Compilers, formatters, comments and types do not
 * change them; other tables, columns or rows do. Values that are bound are not part of them: they may differ from run to run.
 */
async function statementsOf(migration: MigrationInterface): Promise<readonly string[]> {
  const recorder = new StatementRecorder();
  try {
    await migration.up(recorder);
  } catch {
    // One that cannot go on without rows is known by what it did until then.
  }
  return recorder.statements;
}
