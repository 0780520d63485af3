import type { MigrationInterface, QueryRunner } from '@portico/core';

export class CreateSettings1763800000001 implements MigrationInterface {
  readonly name = 'CreateSettings1763800000001';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE configuration_setting (
        scope TEXT NOT NULL, definition_id TEXT NOT NULL, field TEXT NOT NULL,
        kind TEXT NOT NULL, content TEXT NOT NULL, last_four TEXT, set_by TEXT NOT NULL, set_at TEXT NOT NULL,
        PRIMARY KEY (scope, definition_id, field))`);
    await queryRunner.query(`
      CREATE TABLE configuration_revision (
        scope TEXT NOT NULL, definition_id TEXT NOT NULL, revision INTEGER NOT NULL, saved_by TEXT NOT NULL, saved_at TEXT NOT NULL,
        PRIMARY KEY (scope, definition_id))`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE configuration_revision');
    await queryRunner.query('DROP TABLE configuration_setting');
  }
}
