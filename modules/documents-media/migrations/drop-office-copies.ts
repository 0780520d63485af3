import type { MigrationInterface, QueryRunner } from '@portico/core';

const copies = `documents_media_rendition WHERE kind = 'reader' AND mime_type NOT LIKE 'image/%'`;

/** What readers got of Office files and PDFs still named printers and the making of drawings: it is made again when somebody wants it. */
export class DropOfficeCopies1764650000000 implements MigrationInterface {
  readonly name = 'DropOfficeCopies1764650000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM portico_blob WHERE id IN (SELECT blob_id FROM ${copies})`);
    await runner.query(`DELETE FROM ${copies}`);
  }

  async down(): Promise<void> {}
}
