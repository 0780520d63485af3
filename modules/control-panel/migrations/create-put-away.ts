import type { MigrationInterface, QueryRunner } from '@portico/core';

/** Lists that were put away; none was. */
export class CreatePutAway1764770000000 implements MigrationInterface {
  readonly name = 'CreatePutAway1764770000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE control_panel_put_away (id text PRIMARY KEY NOT NULL, at text NOT NULL)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE control_panel_put_away');
  }
}
