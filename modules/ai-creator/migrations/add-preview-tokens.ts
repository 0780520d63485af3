import type { MigrationInterface, QueryRunner } from '@portico/core';

/** What the previews of a request cost by themselves, so that the next estimate can be made with them or without. */
export class AddPreviewTokens1763851000000 implements MigrationInterface {
  readonly name = 'AddPreviewTokens1763851000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE ai_creator_usage ADD COLUMN preview_tokens integer');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE ai_creator_usage DROP COLUMN preview_tokens');
  }
}
