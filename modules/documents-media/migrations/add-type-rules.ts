import type { MigrationInterface, QueryRunner } from '@portico/core';

/** By which rules the type of a file was decided. What came before anybody wrote that down is looked at again, in the background. */
export class AddTypeRules1764620000000 implements MigrationInterface {
  readonly name = 'AddTypeRules1764620000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE documents_media_document_version ADD COLUMN type_rules integer NOT NULL DEFAULT 0');
    await runner.query('CREATE INDEX documents_media_version_type_rules ON documents_media_document_version (type_rules, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX documents_media_version_type_rules');
    await runner.query('ALTER TABLE documents_media_document_version DROP COLUMN type_rules');
  }
}
