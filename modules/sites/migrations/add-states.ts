import type { MigrationInterface, QueryRunner } from '@portico/core';

/** Sites can be archived and deleted; those of before are in use. */
export class AddStates1764910000000 implements MigrationInterface {
  readonly name = 'AddStates1764910000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE sites_site ADD COLUMN state text NOT NULL DEFAULT 'active'");
    await runner.query('ALTER TABLE sites_site ADD COLUMN state_since bigint');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sites_site DROP COLUMN state_since');
    await runner.query('ALTER TABLE sites_site DROP COLUMN state');
  }
}
