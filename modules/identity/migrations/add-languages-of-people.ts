import type { MigrationInterface, QueryRunner } from '@portico/core';

/** The language and the zone that a person chose; those who chose none keep what their browsers say. */
export class AddLanguagesOfPeople1764710000000 implements MigrationInterface {
  readonly name = 'AddLanguagesOfPeople1764710000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE identity_person ADD COLUMN locale text');
    await queryRunner.query('ALTER TABLE identity_person ADD COLUMN time_zone text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE identity_person DROP COLUMN time_zone');
    await queryRunner.query('ALTER TABLE identity_person DROP COLUMN locale');
  }
}
