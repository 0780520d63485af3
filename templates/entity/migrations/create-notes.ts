import type { MigrationInterface, QueryRunner } from '@portico/core';

/** Never edited once somebody has run it: a change of the table is another migration. */
export class CreateNotes1796000000000 implements MigrationInterface {
  readonly name = 'CreateNotes1796000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE acme_module_note (id text PRIMARY KEY NOT NULL, text text NOT NULL, created_by text NOT NULL)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE acme_module_note');
  }
}
