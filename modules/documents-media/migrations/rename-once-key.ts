import type { MigrationInterface, QueryRunner } from '@portico/core';

const table = 'documents_media_document';

/** What makes a request that came twice one document is called as everywhere else: its idempotency key. */
export class RenameOnceKey1764470000000 implements MigrationInterface {
  readonly name = 'RenameOnceKey1764470000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX documents_media_document_once');
    await runner.query(`ALTER TABLE ${table} RENAME COLUMN once_key TO idempotency_key`);
    await runner.query(`CREATE UNIQUE INDEX documents_media_document_idempotency_key ON ${table} (site_id, idempotency_key)
      WHERE idempotency_key IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX documents_media_document_idempotency_key');
    await runner.query(`ALTER TABLE ${table} RENAME COLUMN idempotency_key TO once_key`);
    await runner.query(`CREATE UNIQUE INDEX documents_media_document_once ON ${table} (site_id, once_key)
      WHERE once_key IS NOT NULL`);
  }
}
