import type { MigrationInterface, QueryRunner } from '@portico/core';

/** When the files of a generation went, and indexes for what is to go: files first, words at a time of their own. */
export class AddPromptRetention1763849000000 implements MigrationInterface {
  readonly name = 'AddPromptRetention1763849000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE ai_creator_generation ADD COLUMN released_at text');
    await queryRunner.query('CREATE INDEX ai_creator_generation_release ON ai_creator_generation (released_at, expires_at)');
    await queryRunner.query('CREATE INDEX ai_creator_generation_settled ON ai_creator_generation (settled_at, id)');
    await queryRunner.query('DROP INDEX ai_creator_generation_expiry');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE INDEX ai_creator_generation_expiry ON ai_creator_generation (expires_at, id)');
    await queryRunner.query('DROP INDEX ai_creator_generation_settled');
    await queryRunner.query('DROP INDEX ai_creator_generation_release');
    await queryRunner.query('ALTER TABLE ai_creator_generation DROP COLUMN released_at');
  }
}
