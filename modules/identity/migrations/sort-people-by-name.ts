import type { MigrationInterface, QueryRunner } from '@portico/core';
import { personNameKey } from '../entities/person-entity.js';

const rowsAtOnce = 1000;

/** People can be sorted by name: by its folded text, which each database would compare in its own way, from one key to the next in an index. */
export class SortPeopleByName1764600000000 implements MigrationInterface {
  readonly name = 'SortPeopleByName1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE identity_person ADD COLUMN name_key text NOT NULL DEFAULT ''");
    let last = '';
    for (;;) {
      const rows: { id: string; name: string }[] = await runner.query(
        `SELECT id, name FROM identity_person WHERE id > ? ORDER BY id LIMIT ${rowsAtOnce}`,
        [last],
      );
      for (const { id, name } of rows)
        await runner.query('UPDATE identity_person SET name_key = ? WHERE id = ?', [personNameKey(name), id]);
      const end = rows.at(-1);
      if (!end) break;
      last = end.id;
    }
    await runner.query('CREATE INDEX identity_person_by_name ON identity_person (name_key, id, search_text)');
    await runner.query('DROP INDEX identity_person_list');
    await runner.query('CREATE INDEX identity_person_list ON identity_person (email, id, search_text)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX identity_person_list');
    await runner.query('CREATE INDEX identity_person_list ON identity_person (email, search_text, id)');
    await runner.query('DROP INDEX identity_person_by_name');
    await runner.query('ALTER TABLE identity_person DROP COLUMN name_key');
  }
}
