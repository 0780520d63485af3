import type { MigrationInterface, QueryRunner } from '@portico/core';

/** By which rules the words of metadata were found. What came before anybody wrote that down is taken apart again, in the background. */
export class AddWordRules1764660000000 implements MigrationInterface {
  readonly name = 'AddWordRules1764660000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE documents_media_document ADD COLUMN word_rules integer NOT NULL DEFAULT 0');
    await runner.query(
      'CREATE INDEX documents_media_document_word_rules ON documents_media_document (word_rules, id) WHERE metadata_kinds IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX documents_media_document_word_rules');
    await runner.query('ALTER TABLE documents_media_document DROP COLUMN word_rules');
  }
}
