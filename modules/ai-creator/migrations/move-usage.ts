import type { MigrationInterface, QueryRunner } from '@portico/core';

const priceColumns = 'id, model, valid_from, currency, input_price, output_price, image_price, entered_at, entered_by';
const budgetColumns = 'id, target, subject, unit, period, soft_limit, hard_limit, revision';
const entryColumns = `id, at, site_id, person_id, roles, model, quality, state, images, input_tokens, output_tokens, preview_tokens,
  cost, currency, error_code, categories`;

/** The ledger, the prices and the budgets are those of ai-usage, which this module requires: its tables are there when this runs. */
export class MoveUsage1764450100000 implements MigrationInterface {
  readonly name = 'MoveUsage1764450100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      INSERT INTO ai_usage_entry (${entryColumns}, feature, provider)
      SELECT ${entryColumns}, 'images',
        (SELECT generation.provider FROM ai_creator_generation generation WHERE generation.id = ai_creator_usage.id)
      FROM ai_creator_usage`);
    await queryRunner.query(`INSERT INTO ai_usage_price (${priceColumns}) SELECT ${priceColumns} FROM ai_creator_price`);
    await queryRunner.query(`INSERT INTO ai_usage_budget (${budgetColumns}) SELECT ${budgetColumns} FROM ai_creator_budget`);
    for (const table of ['ai_creator_usage', 'ai_creator_price', 'ai_creator_budget'])
      await queryRunner.query(`DROP TABLE ${table}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
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
        error_code text,
        categories text,
        preview_tokens integer
      )`);
    await queryRunner.query('CREATE INDEX ai_creator_usage_at ON ai_creator_usage (at, id)');
    await queryRunner.query('CREATE INDEX ai_creator_usage_site ON ai_creator_usage (site_id, at, id)');
    await queryRunner.query('CREATE INDEX ai_creator_usage_person ON ai_creator_usage (person_id, at)');
    await queryRunner.query('CREATE INDEX ai_creator_usage_model ON ai_creator_usage (model, quality, at)');
    await queryRunner.query('CREATE INDEX ai_creator_usage_state ON ai_creator_usage (state, at)');
    await queryRunner.query('CREATE INDEX ai_creator_usage_error ON ai_creator_usage (error_code, at)');
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
        hard_limit integer,
        revision integer NOT NULL DEFAULT 1
      )`);
    await queryRunner.query(`
      INSERT INTO ai_creator_usage (${entryColumns}) SELECT ${entryColumns} FROM ai_usage_entry WHERE feature = 'images'`);
    await queryRunner.query("DELETE FROM ai_usage_entry WHERE feature = 'images'");
    await queryRunner.query(`INSERT INTO ai_creator_price (${priceColumns}) SELECT ${priceColumns} FROM ai_usage_price`);
    await queryRunner.query(`INSERT INTO ai_creator_budget (${budgetColumns}) SELECT ${budgetColumns} FROM ai_usage_budget`);
    for (const table of ['ai_usage_price', 'ai_usage_budget']) await queryRunner.query(`DELETE FROM ${table}`);
  }
}
