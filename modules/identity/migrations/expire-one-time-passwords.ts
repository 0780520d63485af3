import type { MigrationInterface, QueryRunner } from '@portico/core';

const threeDaysMillis = 72 * 3_600_000;

/** Passwords that somebody else chose end by themselves; those that are waiting now get three days from the update. */
export class ExpireOneTimePasswords1764700200000 implements MigrationInterface {
  readonly name = 'ExpireOneTimePasswords1764700200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE identity_person ADD COLUMN one_time_until bigint');
    await queryRunner.query('UPDATE identity_person SET one_time_until = ? WHERE must_change_password', [
      Date.now() + threeDaysMillis,
    ]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE identity_person DROP COLUMN one_time_until');
  }
}
