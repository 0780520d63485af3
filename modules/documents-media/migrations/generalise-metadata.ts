import type { MigrationInterface, QueryRunner } from '@portico/core';

const indexes = { id: 'site_id, id', name: 'site_id, name_key, id' } as const;

/** Provenance becomes one kind of metadata among others: `{"provenance": …}`, with the kinds beside it for the lists. */
export class GeneraliseMetadata1764460000000 implements MigrationInterface {
  readonly name = 'GeneraliseMetadata1764460000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const index of ['generated', 'generated_name']) await runner.query(`DROP INDEX documents_media_document_${index}`);
    await runner.query('ALTER TABLE documents_media_document RENAME COLUMN provenance TO metadata');
    await runner.query('ALTER TABLE documents_media_document ADD COLUMN metadata_kinds text');
    await runner.query(`UPDATE documents_media_document SET metadata = '{"provenance":' || metadata || '}', metadata_kinds = ' provenance '
      WHERE metadata IS NOT NULL`);
    for (const [name, columns] of Object.entries(indexes))
      await runner.query(`CREATE INDEX documents_media_document_metadata_${name} ON documents_media_document (${columns})
        WHERE metadata IS NOT NULL`);
    await runner.query(`CREATE TABLE documents_media_metadata_word (
      site_id text NOT NULL,
      kind text NOT NULL,
      word text NOT NULL,
      document_id text NOT NULL REFERENCES documents_media_document (id) ON DELETE CASCADE,
      PRIMARY KEY (site_id, kind, word, document_id)
    )`);
    await runner.query('CREATE INDEX documents_media_metadata_word_document ON documents_media_metadata_word (document_id)');
    await runner.query(`INSERT INTO documents_media_metadata_word (site_id, kind, word, document_id)
      SELECT site_id, 'provenance', word, document_id FROM documents_media_generated_word`);
    await runner.query('DROP TABLE documents_media_generated_word');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE documents_media_generated_word (
      site_id text NOT NULL,
      word text NOT NULL,
      document_id text NOT NULL REFERENCES documents_media_document (id) ON DELETE CASCADE,
      PRIMARY KEY (site_id, word, document_id)
    )`);
    await runner.query('CREATE INDEX documents_media_generated_word_document ON documents_media_generated_word (document_id)');
    await runner.query(`INSERT INTO documents_media_generated_word (site_id, word, document_id)
      SELECT site_id, word, document_id FROM documents_media_metadata_word WHERE kind = 'provenance'`);
    await runner.query('DROP TABLE documents_media_metadata_word');
    for (const name of Object.keys(indexes)) await runner.query(`DROP INDEX documents_media_document_metadata_${name}`);
    await this.keepProvenance(runner);
    await runner.query('ALTER TABLE documents_media_document DROP COLUMN metadata_kinds');
    await runner.query('ALTER TABLE documents_media_document RENAME COLUMN metadata TO provenance');
    await runner.query(`CREATE INDEX documents_media_document_generated ON documents_media_document (site_id, id)
      WHERE provenance IS NOT NULL`);
    await runner.query(`CREATE INDEX documents_media_document_generated_name ON documents_media_document (site_id, name_key, id)
      WHERE provenance IS NOT NULL`);
  }

  /** Provenance may stand among other kinds, of which the table has no place any more. JSON is read here: databases differ in how they do. */
  private async keepProvenance(runner: QueryRunner): Promise<void> {
    const rows: { id: string; metadata: string }[] = await runner.query(
      'SELECT id, metadata FROM documents_media_document WHERE metadata IS NOT NULL',
    );
    for (const { id, metadata } of rows) {
      const { provenance } = JSON.parse(metadata) as { provenance?: unknown };
      const kept = provenance === undefined ? null : JSON.stringify(provenance);
      await runner.query('UPDATE documents_media_document SET metadata = ? WHERE id = ?', [kept, id]);
    }
  }
}
