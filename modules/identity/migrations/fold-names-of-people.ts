import type { MigrationInterface, QueryRunner } from '@portico/core';
import { personSearchText } from '../entities/person-entity.js';

const rowsAtOnce = 1000;

/** People are found whatever the case and the accents of their names, which no database folds alike: so the folded text is a column. */
export class FoldNamesOfPeople1764490000000 implements MigrationInterface {
  readonly name = 'FoldNamesOfPeople1764490000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE identity_person ADD COLUMN search_text text NOT NULL DEFAULT ''");
    let last = '';
    for (;;) {
      const rows: { id: string; email: string; name: string }[] = await runner.query(
        `SELECT id, email, name FROM identity_person WHERE id > ? ORDER BY id LIMIT ${rowsAtOnce}`,
        [last],
      );
      for (const { id, email, name } of rows)
        await runner.query('UPDATE identity_person SET search_text = ? WHERE id = ?', [personSearchText(email, name), id]);
      const end = rows.at(-1);
      if (!end) break;
      last = end.id;
    }
    await runner.query('DROP INDEX identity_person_list');
    await runner.query('CREATE INDEX identity_person_list ON identity_person (email, search_text, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX identity_person_list');
    await runner.query('CREATE INDEX identity_person_list ON identity_person (email, name, id)');
    await runner.query('ALTER TABLE identity_person DROP COLUMN search_text');
  }
}
