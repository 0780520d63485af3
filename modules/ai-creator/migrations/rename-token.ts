import type { MigrationInterface, QueryRunner } from '@portico/core';

const table = 'ai_creator_generation';

/** What makes a request that came twice one generation is called as everywhere else: its idempotency key. */
export class RenameToken1764470000000 implements MigrationInterface {
  readonly name = 'RenameToken1764470000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ai_creator_generation_token');
    await queryRunner.query(`ALTER TABLE ${table} RENAME COLUMN token TO idempotency_key`);
    await queryRunner.query(`CREATE UNIQUE INDEX ai_creator_generation_idempotency_key ON ${table} (person_id, idempotency_key)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ai_creator_generation_idempotency_key');
    await queryRunner.query(`ALTER TABLE ${table} RENAME COLUMN idempotency_key TO token`);
    await queryRunner.query(`CREATE UNIQUE INDEX ai_creator_generation_token ON ${table} (person_id, token)`);
  }
}
