import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { EntityMetadata } from 'typeorm';
import type { IntegrityCheck, IntegrityFinding, StoredBlob } from '../api/index.js';
import { pages } from '../util/index.js';
import type { BlobPaths } from './blob-paths.js';
import { hashPath } from './blob-verifier.js';
import type { MigrationRunner } from './migration-runner.js';
import type { StatementCache } from './statement-cache.js';
import { storageCode } from './storage-errors.js';
import type { Sweeper } from './sweeper.js';

export interface CheckDependencies {
  readonly database: string;
  readonly paths: BlobPaths;
  readonly reading: StatementCache;
  readonly sweeper: Sweeper;
  readonly migrations: MigrationRunner;
  /** Those that are known now. */
  readonly entities: () => readonly EntityMetadata[];
}

const concurrency = 4;
const pageSize = 200;

/** The core's own invariants: see docs/persistence.md. */
export function coreChecks(dependencies: CheckDependencies): readonly IntegrityCheck[] {
  return [
    { title: 'Every blob is there, with the size and the SHA-256 it was stored with.', run: () => checkBlobs(dependencies) },
    { title: 'No blob without a row is older than the grace period.', run: () => checkUnreferenced(dependencies) },
    { title: "The database's own integrity check finds nothing.", run: () => checkDatabase(dependencies) },
    { title: 'Every foreign key refers to a row.', run: () => checkForeignKeys(dependencies) },
    { title: 'Every migration is applied, and is what it was then.', run: async () => checkMigrations(dependencies) },
    { title: 'Every table has the columns its entity names.', run: async () => checkColumns(dependencies) },
  ];
}

const error = (message: string): IntegrityFinding => ({ severity: 'error', message });

async function checkBlobs({ paths, reading }: CheckDependencies): Promise<readonly IntegrityFinding[]> {
  const findings: IntegrityFinding[] = [];
  const page = `SELECT id, size, sha256 FROM portico_blob WHERE id > ? ORDER BY id LIMIT ${pageSize}`;
  const read = (after: string): readonly StoredBlob[] => reading.all<StoredBlob>(page, [after]);
  for await (const rows of pages(read, ({ id }) => id)) {
    const queue = rows.values();
    const examine = async (): Promise<void> => {
      for (const blob of queue) {
        const problem = await problemOf(blob, paths.pathOf(blob.id));
        // Deleted while we looked: the row is gone as well.
        if (problem && reading.first('SELECT 1 FROM portico_blob WHERE id = ?', blob.id)) findings.push(error(problem));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, examine));
  }
  return findings;
}

async function problemOf(blob: StoredBlob, path: string): Promise<string | undefined> {
  try {
    const { size, sha256 } = await hashPath(path);
    if (size !== blob.size) return `Blob ${blob.id} has ${size} bytes instead of ${blob.size}.`;
    return sha256 === blob.sha256 ? undefined : `Blob ${blob.id} has other bytes than were stored (its SHA-256 differs).`;
  } catch (failure) {
    if (storageCode(failure) === 'ENOENT') return `Blob ${blob.id} is missing.`;
    return `Blob ${blob.id} cannot be read (${storageCode(failure) ?? 'unknown error'}).`;
  }
}

async function checkUnreferenced({ sweeper }: CheckDependencies): Promise<readonly IntegrityFinding[]> {
  const findings: IntegrityFinding[] = [];
  for await (const files of sweeper.unreferenced()) {
    for (const file of files)
      findings.push(error(`Blob file ${basename(file)} belongs to nothing; the sweeper should have taken it.`));
  }
  return findings;
}

async function checkDatabase({ database }: CheckDependencies): Promise<readonly IntegrityFinding[]> {
  const { rows, problem } = await pragma<{ integrity_check: string }>(database, 'integrity_check');
  const said = problem === undefined ? rows.map((row) => row.integrity_check) : [problem];
  return said.filter((line) => line !== 'ok').map((line) => error(`The database says: ${line}`));
}

async function checkForeignKeys({ database }: CheckDependencies): Promise<readonly IntegrityFinding[]> {
  const { rows, problem } = await pragma<{ table: string; rowid: number | null; parent: string }>(database, 'foreign_key_check');
  if (problem !== undefined) return [error(`The foreign keys cannot be checked: ${problem}`)];
  return rows.map((row) => error(`Row ${row.rowid ?? '?'} of ${row.table} refers to no row of ${row.parent}.`));
}

function checkMigrations({ migrations, reading }: CheckDependencies): readonly IntegrityFinding[] {
  const rows = reading.all<{ owner: string; name: string }>('SELECT owner, name FROM portico_migration');
  const applied = new Set(rows.map(({ owner, name }) => `${owner}/${name}`));
  const expected = [...migrations.known].flatMap(([owner, names]) => names.map((name) => ({ owner, name })));
  const edited = [...migrations.edited].flatMap(([owner, names]) => names.map((name) => ({ owner, name })));
  return [
    ...expected
      .filter(({ owner, name }) => !applied.has(`${owner}/${name}`))
      .map(({ owner, name }) => error(`Migration ${name} of ${owner} is not applied.`)),
    ...edited.map(({ owner, name }) => error(`Migration ${name} of ${owner} was edited after it was applied.`)),
  ];
}

/** A table that is not there belongs to a module that has not started yet. */
function checkColumns({ entities, reading }: CheckDependencies): readonly IntegrityFinding[] {
  return entities().flatMap(({ tableName, columns }) => {
    const rows = reading.all<{ name: string }>('SELECT name FROM pragma_table_info(?)', [tableName]);
    const present = new Set(rows.map((row) => row.name));
    const missing = present.size === 0 ? [] : columns.map((column) => column.databaseName).filter((name) => !present.has(name));
    return missing.map((name) => error(`Table ${tableName} has no column ${name}; a migration is missing.`));
  });
}

interface PragmaAnswer<Row> {
  readonly rows: readonly Row[];
  readonly problem?: string;
}

function pragma<Row>(database: string, statement: string): Promise<PragmaAnswer<Row>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./integrity-worker.js', import.meta.url), { workerData: { database, pragma: statement } });
    worker.once('message', (answer: Partial<PragmaAnswer<Row>>) => resolve({ rows: [], ...answer }));
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error(`The check ${statement} ended without an answer.`)));
  });
}
