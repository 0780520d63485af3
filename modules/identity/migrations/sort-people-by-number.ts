import type { MigrationInterface, QueryRunner } from '@portico/core';
import { nameSortKey, refillRows } from '@portico/core/util';
import { personNameKey } from '../entities/person-entity.js';

/** Numbers in the names of people are sorted by what they count. */
export class SortPeopleByNumber1764640000000 implements MigrationInterface {
  readonly name = 'SortPeopleByNumber1764640000000';

  up(runner: QueryRunner): Promise<void> {
    return refillRows(runner, 'identity_person', 'name', (name) => ({ name_key: nameSortKey(name) }));
  }

  down(runner: QueryRunner): Promise<void> {
    return refillRows(runner, 'identity_person', 'name', (name) => ({ name_key: personNameKey(name) }));
  }
}
