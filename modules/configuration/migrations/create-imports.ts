import type { MigrationInterface, QueryRunner } from '@portico/core';

export class CreateImports1763900000001 implements MigrationInterface {
  readonly name = 'CreateImports1763900000001';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE configuration_import (
        id TEXT PRIMARY KEY NOT NULL, imported_at TEXT NOT NULL, imported_by TEXT NOT NULL, changes TEXT NOT NULL, undone_at TEXT)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE configuration_import');
  }
}
