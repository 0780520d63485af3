import type { MigrationInterface, QueryRunner } from '@portico/core';

/** What tells one session of a person from another: where it was begun, and with which browser. */
export class DescribeSessions1764700100000 implements MigrationInterface {
  readonly name = 'DescribeSessions1764700100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const column of ['browser', 'system', 'address'])
      await queryRunner.query(`ALTER TABLE identity_session ADD COLUMN ${column} text NOT NULL DEFAULT ''`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const column of ['browser', 'system', 'address'])
      await queryRunner.query(`ALTER TABLE identity_session DROP COLUMN ${column}`);
  }
}
