import type { MigrationInterface, QueryRunner } from '@portico/core';

const indexes = {
  ai_usage_entry_at: 'ai_usage_entry (at, id)',
  ai_usage_entry_site: 'ai_usage_entry (site_id, at, id)',
  ai_usage_entry_person: 'ai_usage_entry (person_id, at)',
  ai_usage_entry_model: 'ai_usage_entry (model, quality, at)',
  ai_usage_entry_error: 'ai_usage_entry (error_code, at)',
  ai_usage_entry_state: 'ai_usage_entry (state, at)',
} as const;

/** The ledger, the price table and the budgets. */
export class CreateUsage1764450000000 implements MigrationInterface {
  readonly name = 'CreateUsage1764450000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE ai_usage_entry (
        id text PRIMARY KEY NOT NULL,
        at text NOT NULL,
        site_id text NOT NULL,
        person_id text NOT NULL,
        roles text NOT NULL,
        feature text NOT NULL,
        provider text,
        model text NOT NULL,
        quality text NOT NULL,
        state text NOT NULL,
        images integer NOT NULL,
        input_tokens integer,
        output_tokens integer,
        preview_tokens integer,
        cost integer,
        currency text,
        error_code text,
        categories text
      )`);
    for (const [name, columns] of Object.entries(indexes)) await queryRunner.query(`CREATE INDEX ${name} ON ${columns}`);
    await queryRunner.query(`
      CREATE TABLE ai_usage_price (
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
    await queryRunner.query('CREATE UNIQUE INDEX ai_usage_price_model ON ai_usage_price (model, valid_from)');
    await queryRunner.query(`
      CREATE TABLE ai_usage_budget (
        id text PRIMARY KEY NOT NULL,
        target text NOT NULL,
        subject text,
        unit text NOT NULL,
        period text NOT NULL,
        soft_limit integer,
        hard_limit integer,
        revision integer NOT NULL
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['ai_usage_entry', 'ai_usage_price', 'ai_usage_budget']) await queryRunner.query(`DROP TABLE ${table}`);
  }
}
