import type { MigrationInterface, QueryRunner } from '@portico/core';

const copies = `documents_media_rendition WHERE kind = 'reader' AND mime_type NOT LIKE 'image/%'`;

/**
 * What readers got of films, sound and documents was made when less of their metadata was known: it is made again when somebody wants it. Whose blob has no
 * row any more is swept.
 */
export class DropReaderCopies1764630000000 implements MigrationInterface {
  readonly name = 'DropReaderCopies1764630000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM portico_blob WHERE id IN (SELECT blob_id FROM ${copies})`);
    await runner.query(`DELETE FROM ${copies}`);
  }

  async down(): Promise<void> {}
}
