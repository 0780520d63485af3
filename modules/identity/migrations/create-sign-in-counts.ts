import type { MigrationInterface, QueryRunner } from '@portico/core';

/** Failures to sign in, so that those who guess gain nothing by a restart. */
export class CreateSignInCounts1764700300000 implements MigrationInterface {
  readonly name = 'CreateSignInCounts1764700300000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE identity_sign_in_count (
        count_key text PRIMARY KEY NOT NULL,
        points bigint NOT NULL,
        ends_at bigint NOT NULL
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE identity_sign_in_count');
  }
}
