import type { MigrationInterface, QueryRunner } from '@portico/core';

/** What tells the same click from another one when its words have been forgotten. */
export class AddDescriptionHash1763850000000 implements MigrationInterface {
  readonly name = 'AddDescriptionHash1763850000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE ai_creator_generation ADD COLUMN description_hash text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE ai_creator_generation DROP COLUMN description_hash');
  }
}
