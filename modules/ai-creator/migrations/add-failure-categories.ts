import type { MigrationInterface, QueryRunner } from '@portico/core';

const tables = ['ai_creator_generation', 'ai_creator_usage'] as const;

/** What a refusal of the safety system names, and an index to count failures by code. */
export class AddFailureCategories1763846000000 implements MigrationInterface {
  readonly name = 'AddFailureCategories1763846000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of tables) await queryRunner.query(`ALTER TABLE ${table} ADD COLUMN categories text`);
    await queryRunner.query('CREATE INDEX ai_creator_usage_error ON ai_creator_usage (error_code, at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ai_creator_usage_error');
    for (const table of tables) await queryRunner.query(`ALTER TABLE ${table} DROP COLUMN categories`);
  }
}
