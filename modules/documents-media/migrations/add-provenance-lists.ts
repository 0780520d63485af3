import type { MigrationInterface, QueryRunner } from '@portico/core';

/** Generated documents are listed by themselves, are added once per image, and their drafted alternative texts wait for a person. */
export class AddProvenanceLists1763810000000 implements MigrationInterface {
  readonly name = 'AddProvenanceLists1763810000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE documents_media_document ADD COLUMN alt_text_drafted boolean NOT NULL DEFAULT false');
    await runner.query('ALTER TABLE documents_media_document ADD COLUMN once_key text');
    await runner.query(`CREATE UNIQUE INDEX documents_media_document_once ON documents_media_document (site_id, once_key)
      WHERE once_key IS NOT NULL`);
    await runner.query(`CREATE INDEX documents_media_document_generated ON documents_media_document (site_id, id)
      WHERE provenance IS NOT NULL`);
    await runner.query(`CREATE INDEX documents_media_document_generated_name ON documents_media_document (site_id, name_key, id)
      WHERE provenance IS NOT NULL`);
    await runner.query(`CREATE TABLE documents_media_generated_word (
      site_id text NOT NULL,
      word text NOT NULL,
      document_id text NOT NULL REFERENCES documents_media_document (id) ON DELETE CASCADE,
      PRIMARY KEY (site_id, word, document_id)
    )`);
    await runner.query('CREATE INDEX documents_media_generated_word_document ON documents_media_generated_word (document_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE documents_media_generated_word');
    for (const index of ['generated_name', 'generated', 'once'])
      await runner.query(`DROP INDEX documents_media_document_${index}`);
    await runner.query('ALTER TABLE documents_media_document DROP COLUMN once_key');
    await runner.query('ALTER TABLE documents_media_document DROP COLUMN alt_text_drafted');
  }
}
