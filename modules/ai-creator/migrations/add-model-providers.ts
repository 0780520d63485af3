import type { MigrationInterface, QueryRunner } from '@portico/core';

/** Models are known by the service that lists them: another one has others, and none of them is gone because of that. */
export class AddModelProviders1763845000000 implements MigrationInterface {
  readonly name = 'AddModelProviders1763845000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE ai_creator_listed_model (
        provider text NOT NULL,
        name text NOT NULL,
        shutdown_date text,
        seen_at text NOT NULL,
        gone_at text,
        PRIMARY KEY (provider, name)
      )`);
    await queryRunner.query(`
      INSERT INTO ai_creator_listed_model (provider, name, shutdown_date, seen_at, gone_at)
      SELECT 'openai', name, shutdown_date, seen_at, gone_at FROM ai_creator_model`);
    await queryRunner.query('DROP TABLE ai_creator_model');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE ai_creator_model (
        name text PRIMARY KEY NOT NULL,
        shutdown_date text,
        seen_at text NOT NULL,
        gone_at text
      )`);
    await queryRunner.query(`
      INSERT INTO ai_creator_model (name, shutdown_date, seen_at, gone_at)
      SELECT name, shutdown_date, seen_at, gone_at FROM ai_creator_listed_model WHERE provider = 'openai'`);
    await queryRunner.query('DROP TABLE ai_creator_listed_model');
  }
}
