import type { MigrationInterface, QueryRunner } from '@portico/core';

/** Sites say to whom they are visible: those of before to everyone, as they were. */
export class AddAudience1764700000000 implements MigrationInterface {
  readonly name = 'AddAudience1764700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE sites_site ADD COLUMN visible_to text NOT NULL DEFAULT 'everyone'");
    await runner.query("ALTER TABLE sites_site ADD COLUMN visible_roles text NOT NULL DEFAULT '[]'");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sites_site DROP COLUMN visible_roles');
    await runner.query('ALTER TABLE sites_site DROP COLUMN visible_to');
  }
}
