import type { MigrationInterface, QueryRunner } from '@portico/core';

/** Up to and with the id of the document: `{"document":"…`, a UUID, and its quote. */
const kept = '{"document":"'.length + 36 + 1;

/**
 * Entries of images that were added held the name of the document, which is made of the description unless somebody typed another, and stay longer than
 * descriptions are kept. Which document it was, they still say.
 */
export class ForgetNamesInAudit1764490000000 implements MigrationInterface {
  readonly name = 'ForgetNamesInAudit1764490000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      UPDATE portico_audit SET after = SUBSTR(after, 1, ${kept}) || '}'
      WHERE area = 'ai-creator' AND subject = 'image' AND after LIKE '{"document":"%","name":%'`);
  }

  async down(): Promise<void> {}
}
