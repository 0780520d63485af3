import type { MigrationInterface, QueryRunner } from '@portico/core';

const used = ['ai_creator_usage', 'ai_creator_budget', 'ai_creator_generation'] as const;

/**
 * The budget that a new portal begins with is there already when ai-usage found its tables empty, because `MoveUsage` brings what was used before only
 * after all migrations of ai-usage. A portal that was used keeps what it has, so that it goes again, unless somebody changed it.
 */
export class DropStartingBudget1764490100000 implements MigrationInterface {
  readonly name = 'DropStartingBudget1764490100000';
  readonly unlessApplied = 'MoveUsage1764450100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const wasUsed = used.map((table) => `EXISTS (SELECT 1 FROM ${table})`).join(' OR ');
    await queryRunner.query(`DELETE FROM ai_usage_budget WHERE id = 'starting-budget' AND revision = 1 AND (${wasUsed})`);
  }

  async down(): Promise<void> {}
}
