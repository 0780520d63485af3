import type { MigrationInterface, QueryRunner } from '@portico/core';

/** What is known of the service's models, and which keys are refused. */
export class CreateWatch1763831000000 implements MigrationInterface {
  readonly name = 'CreateWatch1763831000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE ai_creator_model (
        name text PRIMARY KEY NOT NULL,
        shutdown_date text,
        seen_at text NOT NULL,
        gone_at text
      )`);
    await queryRunner.query(`
      CREATE TABLE ai_creator_breaker (
        key_scope text PRIMARY KEY NOT NULL,
        code text NOT NULL,
        detail text NOT NULL,
        opened_at text NOT NULL,
        probe_at text NOT NULL
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE ai_creator_model');
    await queryRunner.query('DROP TABLE ai_creator_breaker');
  }
}
