import type { MigrationInterface, QueryRunner } from '@portico/core';

/** What the files of each site take, counted once for those that are there. */
export class AddSiteStorage1764600000000 implements MigrationInterface {
  readonly name = 'AddSiteStorage1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE documents_media_site_storage (
      site_id text PRIMARY KEY NOT NULL,
      bytes bigint NOT NULL,
      changes bigint NOT NULL
    )`);
    await runner.query(`INSERT INTO documents_media_site_storage (site_id, bytes, changes)
      SELECT document.site_id, SUM(version.size), 0 FROM documents_media_document_version version
        JOIN documents_media_document document ON document.id = version.document_id GROUP BY document.site_id`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE documents_media_site_storage');
  }
}
