import type { MigrationInterface, QueryRunner } from '@portico/core';
import { refillRows, withNaturalNumbers } from '@portico/core/util';

const tables = ['documents_media_document', 'documents_media_folder'];
const plainKey = (name: string): string => name.normalize('NFC').toLowerCase();

/** Numbers in names are sorted by what they count: _photo 2_ stands before _photo 10_. */
export class SortNamesByNumber1764640000000 implements MigrationInterface {
  readonly name = 'SortNamesByNumber1764640000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables) await fill(runner, table, (name) => withNaturalNumbers(plainKey(name)));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables) await fill(runner, table, plainKey);
  }
}

/** No two in a folder have the same key at any time, though a new one may be what another one was: so the former ones go out of the way first. */
async function fill(runner: QueryRunner, table: string, keyOf: (name: string) => string): Promise<void> {
  await runner.query(`UPDATE ${table} SET name_key = '/' || name_key`);
  await refillRows(runner, table, 'name', (name) => ({ name_key: keyOf(name) }));
}
