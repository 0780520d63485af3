import type { MigrationInterface, QueryRunner } from '@portico/core';

/** Usage, prices and budgets; what was made before is counted, too. */
export class CreateSpending1763830000000 implements MigrationInterface {
  readonly name = 'CreateSpending1763830000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE ai_creator_usage (
        id text PRIMARY KEY NOT NULL,
        at text NOT NULL,
        site_id text NOT NULL,
        person_id text NOT NULL,
        roles text NOT NULL,
        model text NOT NULL,
        quality text NOT NULL,
        state text NOT NULL,
        images integer NOT NULL,
        input_tokens integer,
        output_tokens integer,
        cost integer,
        currency text,
        error_code text
      )`);
    await queryRunner.query('CREATE INDEX ai_creator_usage_at ON ai_creator_usage (at, id)');
    await queryRunner.query('CREATE INDEX ai_creator_usage_site ON ai_creator_usage (site_id, at, id)');
    await queryRunner.query('CREATE INDEX ai_creator_usage_person ON ai_creator_usage (person_id, at)');
    await queryRunner.query('CREATE INDEX ai_creator_usage_model ON ai_creator_usage (model, quality, at)');
    await queryRunner.query('CREATE INDEX ai_creator_usage_state ON ai_creator_usage (state, at)');
    await queryRunner.query(`
      CREATE TABLE ai_creator_price (
        id text PRIMARY KEY NOT NULL,
        model text NOT NULL,
        valid_from text NOT NULL,
        currency text NOT NULL,
        input_price integer NOT NULL,
        output_price integer NOT NULL,
        image_price integer NOT NULL,
        entered_at text NOT NULL,
        entered_by text NOT NULL
      )`);
    await queryRunner.query('CREATE UNIQUE INDEX ai_creator_price_model ON ai_creator_price (model, valid_from)');
    await queryRunner.query(`
      CREATE TABLE ai_creator_budget (
        id text PRIMARY KEY NOT NULL,
        target text NOT NULL,
        subject text,
        unit text NOT NULL,
        period text NOT NULL,
        soft_limit integer,
        hard_limit integer
      )`);
    await queryRunner.query(`
      INSERT INTO ai_creator_usage (id, at, site_id, person_id, roles, model, quality, state, images, input_tokens, output_tokens, error_code)
      SELECT id, created_at, site_id, person_id, '|', COALESCE(model, 'unknown'), 'unknown',
        CASE WHEN state IN ('reserved', 'sent', 'received') THEN 'reserved' ELSE 'settled' END,
        CASE WHEN state = 'failed' AND NOT maybe_charged THEN 0 ELSE count END, input_tokens, output_tokens, error_code
      FROM ai_creator_generation`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['ai_creator_usage', 'ai_creator_price', 'ai_creator_budget'])
      await queryRunner.query(`DROP TABLE ${table}`);
  }
}
