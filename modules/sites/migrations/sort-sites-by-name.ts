import type { MigrationInterface, QueryRunner } from '@portico/core';
import { siteNameKey } from '../entities/site-entity.js';

/** Sites are sorted and found by the folded text of their names, which each database would compare in its own way. */
export class SortSitesByName1764600000000 implements MigrationInterface {
  readonly name = 'SortSitesByName1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE sites_site ADD COLUMN name_key text NOT NULL DEFAULT ''");
    const rows: { id: string; name: string }[] = await runner.query('SELECT id, name FROM sites_site');
    for (const { id, name } of rows)
      await runner.query('UPDATE sites_site SET name_key = ? WHERE id = ?', [siteNameKey(name), id]);
    await runner.query('CREATE INDEX sites_site_by_name ON sites_site (name_key, id, address)');
    await runner.query('CREATE INDEX sites_site_by_address ON sites_site (address, id, name_key)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX sites_site_by_address');
    await runner.query('DROP INDEX sites_site_by_name');
    await runner.query('ALTER TABLE sites_site DROP COLUMN name_key');
  }
}
