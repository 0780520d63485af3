import type { MigrationInterface, QueryRunner } from '@portico/core';

/** Names and logos of the portal and of sites; nobody has decided anything yet. */
export class CreateBrands1764920000000 implements MigrationInterface {
  readonly name = 'CreateBrands1764920000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE sites_brand (
         scope text PRIMARY KEY NOT NULL,
         name text,
         logo_blob text,
         logo_sha256 text,
         logo_size integer,
         logo_width integer,
         logo_height integer
       )`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE sites_brand');
  }
}
