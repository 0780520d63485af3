import type { MigrationInterface, QueryRunner } from '@portico/core';

/** In which site each person was last, for the next sign-in. */
export class CreateLastSites1764741000000 implements MigrationInterface {
  readonly name = 'CreateLastSites1764741000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE identity_last_site (
        person_id text PRIMARY KEY NOT NULL,
        site_id text NOT NULL
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE identity_last_site');
  }
}
