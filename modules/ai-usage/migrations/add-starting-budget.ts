import type { MigrationInterface, QueryRunner } from '@portico/core';

/** Id by which the budget is known that a new portal begins with. */
const id = 'starting-budget';

/** A portal that nobody has used yet begins with a budget: 500 images a day, a warning from 400 on. One that was used before keeps what it has. */
export class AddStartingBudget1764480200000 implements MigrationInterface {
  readonly name = 'AddStartingBudget1764480200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      INSERT INTO ai_usage_budget (id, target, subject, unit, period, soft_limit, hard_limit, revision)
      SELECT '${id}', 'instance', NULL, 'images', 'day', 400, 500, 1
      WHERE NOT EXISTS (SELECT 1 FROM ai_usage_budget) AND NOT EXISTS (SELECT 1 FROM ai_usage_entry)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DELETE FROM ai_usage_budget WHERE id = '${id}' AND revision = 1`);
  }
}
