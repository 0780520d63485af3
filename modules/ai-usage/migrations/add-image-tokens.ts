import type { MigrationInterface, QueryRunner } from '@portico/core';

const columns = {
  ai_usage_entry: ['input_image_tokens integer', 'output_image_tokens integer', 'is_estimate boolean'],
  ai_usage_price: ['input_image_price integer', 'output_image_price integer'],
} as const;

/** Tokens of pictures have prices of their own; a cost that is still the estimate is called so. */
export class AddImageTokens1764480100000 implements MigrationInterface {
  readonly name = 'AddImageTokens1764480100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [table, added] of Object.entries(columns))
      for (const column of added) await queryRunner.query(`ALTER TABLE ${table} ADD COLUMN ${column}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const [table, added] of Object.entries(columns))
      for (const column of added) await queryRunner.query(`ALTER TABLE ${table} DROP COLUMN ${column.split(' ')[0]}`);
  }
}
