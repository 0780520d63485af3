import type { MigrationInterface, QueryRunner } from '../api/index.js';
import { Column, Entity, PrimaryColumn } from '../libraries/typeorm.js';

/** A blob that some row uses. Its bytes lie in a file of the same id. */
@Entity('portico_blob')
class BlobRow {
  /** Id of the blob, and the name of its file. */
  @PrimaryColumn('text')
  id!: string;

  /** Size of the file in bytes. */
  @Column('integer')
  size!: number;

  /** SHA-256 of the bytes, lower-case hex; what is read is compared with it. */
  @Column('text')
  sha256!: string;

  /** Time at which a transaction kept the blob, in ISO 8601. */
  @Column('text', { name: 'created_at' })
  createdAt!: string;
}

/** Entities of the core itself. */
export const coreEntities = [BlobRow] as const;

class CreateBlobs implements MigrationInterface {
  readonly name = 'create-blobs';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE portico_blob (
         id TEXT PRIMARY KEY NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL, created_at TEXT NOT NULL
       ) WITHOUT ROWID`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE portico_blob');
  }
}

/** What `KeptTables` keeps while a module is changed for another version of it: see there. */
class CreateKeptChanges implements MigrationInterface {
  readonly name = 'create-kept-changes';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE portico_kept_change (owner TEXT PRIMARY KEY NOT NULL, content TEXT NOT NULL) WITHOUT ROWID');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE portico_kept_change');
  }
}

export const coreMigrations = [CreateBlobs, CreateKeptChanges] as const;
