import type { MigrationInterface, QueryRunner } from '@portico/core';

/** Two administrators who change the same budget notice each other. */
export class AddBudgetRevision1763848000000 implements MigrationInterface {
  readonly name = 'AddBudgetRevision1763848000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE ai_creator_budget ADD COLUMN revision integer NOT NULL DEFAULT 1');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE ai_creator_budget DROP COLUMN revision');
  }
}
