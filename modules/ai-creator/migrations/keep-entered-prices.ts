import type { MigrationInterface, QueryRunner } from '@portico/core';

/** Where a price was entered with ai-usage already, it is the one that holds: `MoveUsage` brings the others. */
export class KeepEnteredPrices1764481000000 implements MigrationInterface {
  readonly name = 'KeepEnteredPrices1764481000000';
  readonly unlessApplied = 'MoveUsage1764450100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DELETE FROM ai_creator_price WHERE EXISTS (
        SELECT 1 FROM ai_usage_price entered
        WHERE entered.model = ai_creator_price.model AND entered.valid_from = ai_creator_price.valid_from)`);
  }

  async down(): Promise<void> {}
}
