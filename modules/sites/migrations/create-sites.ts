import type { MigrationInterface, QueryRunner } from '@portico/core';

export class CreateSites1763800000000 implements MigrationInterface {
  readonly name = 'CreateSites1763800000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE sites_site (
        id text PRIMARY KEY NOT NULL,
        address text NOT NULL UNIQUE,
        name text NOT NULL,
        created_at text NOT NULL
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE sites_site');
  }
}
