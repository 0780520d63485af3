import type { MigrationInterface, QueryRunner } from '@portico/core';
import { foldText, nameSortKey } from '@portico/core/util';

const rowsAtOnce = 1000;

/** Numbers in the names of people are sorted by what they count. */
export class SortPeopleByNumber1764640000000 implements MigrationInterface {
  readonly name = 'SortPeopleByNumber1764640000000';

  async up(runner: QueryRunner): Promise<void> {
    await fill(runner, nameSortKey);
  }

  async down(runner: QueryRunner): Promise<void> {
    await fill(runner, foldText);
  }
}

async function fill(runner: QueryRunner, keyOf: (name: string) => string): Promise<void> {
  let last = '';
  for (;;) {
    const rows: { id: string; name: string }[] = await runner.query(
      `SELECT id, name FROM identity_person WHERE id > ? ORDER BY id LIMIT ${rowsAtOnce}`,
      [last],
    );
    for (const { id, name } of rows)
      await runner.query('UPDATE identity_person SET name_key = ? WHERE id = ?', [keyOf(name), id]);
    const end = rows.at(-1);
    if (!end) return;
    last = end.id;
  }
}
