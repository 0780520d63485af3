import type { MigrationInterface, QueryRunner } from '@portico/core';

/**
 * Some portals that were used before there was a starting budget were given one, because what they had used was moved here only afterwards. It goes,
 * unless somebody changed it: a request in the ledger that is older than the starting budget says that the portal was not new.
 */
export class DropLateStartingBudget1764630000000 implements MigrationInterface {
  readonly name = 'DropLateStartingBudget1764630000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DELETE FROM ai_usage_budget WHERE id = 'starting-budget' AND revision = 1 AND EXISTS (
        SELECT 1 FROM ai_usage_entry WHERE at < (
          SELECT applied_at FROM portico_migration WHERE owner = 'ai-usage' AND name = 'AddStartingBudget1764480200000'))`);
  }

  async down(): Promise<void> {}
}
