import type { MigrationInterface, QueryRunner } from '@portico/core';
import { searchText } from '../entities/document.js';

const rowsAtOnce = 1000;

const tables = [
  { table: 'documents_media_document', altText: 'alt_text', index: 'site_id, name_key, id, kind, search_text' },
  { table: 'documents_media_folder', altText: "''", index: 'site_id, name_key, id, search_text' },
];

/**
 * Searches find words anywhere in names and alternative texts, folded by Unicode, which no database does alike: so the folded text is a
 * column. It stands in the index of searches, in the order of their pages: a search reads the index alone, and stops with the page.
 */
export class AddSearchText1764490000000 implements MigrationInterface {
  readonly name = 'AddSearchText1764490000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const { table, altText, index } of tables) {
      await runner.query(`ALTER TABLE ${table} ADD COLUMN search_text text NOT NULL DEFAULT ''`);
      await fill(runner, table, altText);
      await runner.query(`DROP INDEX ${table}_search`);
      await runner.query(`CREATE INDEX ${table}_search ON ${table} (${index})`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { table } of tables) {
      await runner.query(`DROP INDEX ${table}_search`);
      await runner.query(`CREATE INDEX ${table}_search ON ${table} (site_id, name_key, id)`);
      await runner.query(`ALTER TABLE ${table} DROP COLUMN search_text`);
    }
  }
}

async function fill(runner: QueryRunner, table: string, altText: string): Promise<void> {
  let last = '';
  for (;;) {
    const rows: { id: string; name: string; altText: string }[] = await runner.query(
      `SELECT id, name, ${altText} AS "altText" FROM ${table} WHERE id > ? ORDER BY id LIMIT ${rowsAtOnce}`,
      [last],
    );
    for (const row of rows)
      await runner.query(`UPDATE ${table} SET search_text = ? WHERE id = ?`, [searchText(row.name, row.altText), row.id]);
    const end = rows.at(-1);
    if (!end) return;
    last = end.id;
  }
}
