import type { MigrationInterface, QueryRunner } from '@portico/core';

const tables = ['documents_media_document', 'documents_media_document_version'];

/** A text says its charset only when all of it was read. Of those that came before, only the beginning was: they say none. */
export class AddCharset1764480000000 implements MigrationInterface {
  readonly name = 'AddCharset1764480000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables) await runner.query(`ALTER TABLE ${table} ADD COLUMN charset text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables) await runner.query(`ALTER TABLE ${table} DROP COLUMN charset`);
  }
}
