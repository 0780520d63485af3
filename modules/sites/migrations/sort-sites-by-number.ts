import type { MigrationInterface, QueryRunner } from '@portico/core';
import { foldText, nameSortKey, refillRows } from '@portico/core/util';
import { siteNameKey } from '../entities/site-entity.js';

/** Numbers in the names of sites are sorted by what they count, so searches look in a column of their own. */
export class SortSitesByNumber1764640000000 implements MigrationInterface {
  readonly name = 'SortSitesByNumber1764640000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE sites_site ADD COLUMN search_text text NOT NULL DEFAULT ''");
    const rows: { id: string; name: string }[] = await runner.query('SELECT id, name FROM sites_site');
    for (const { id, name } of rows)
      await runner.query('UPDATE sites_site SET name_key = ?, search_text = ? WHERE id = ?', [
        nameSortKey(name),
        foldText(name),
        id,
      ]);
    await runner.query('DROP INDEX sites_site_by_name');
    await runner.query('DROP INDEX sites_site_by_address');
    await runner.query('CREATE INDEX sites_site_by_name ON sites_site (name_key, id, address, search_text)');
    await runner.query('CREATE INDEX sites_site_by_address ON sites_site (address, id, search_text)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX sites_site_by_address');
    await runner.query('DROP INDEX sites_site_by_name');
    await refillRows(runner, 'sites_site', 'name', (name) => ({ name_key: siteNameKey(name) }));
    await runner.query('CREATE INDEX sites_site_by_name ON sites_site (name_key, id, address)');
    await runner.query('CREATE INDEX sites_site_by_address ON sites_site (address, id, name_key)');
    await runner.query('ALTER TABLE sites_site DROP COLUMN search_text');
  }
}
