import type { MigrationInterface, QueryRunner } from '@portico/core';

/** Roles that somebody makes, and people who have roles together. */
export class CreateRolesAndGroups1764720000000 implements MigrationInterface {
  readonly name = 'CreateRolesAndGroups1764720000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE identity_role (
        id text PRIMARY KEY NOT NULL,
        name text NOT NULL,
        name_key text NOT NULL UNIQUE,
        description text NOT NULL,
        created_at text NOT NULL
      )`);
    await queryRunner.query(`
      CREATE TABLE identity_group (
        id text PRIMARY KEY NOT NULL,
        name text NOT NULL,
        name_key text NOT NULL UNIQUE,
        sort_key text NOT NULL,
        description text NOT NULL,
        search_text text NOT NULL,
        created_at text NOT NULL
      )`);
    await queryRunner.query('CREATE INDEX identity_group_list ON identity_group (sort_key, id, search_text)');
    await queryRunner.query(`
      CREATE TABLE identity_group_member (
        group_id text NOT NULL REFERENCES identity_group (id) ON DELETE CASCADE,
        person_id text NOT NULL REFERENCES identity_person (id) ON DELETE CASCADE,
        PRIMARY KEY (group_id, person_id)
      )`);
    await queryRunner.query('CREATE INDEX identity_group_member_person ON identity_group_member (person_id, group_id)');
    await queryRunner.query(`
      CREATE TABLE identity_group_role (
        group_id text NOT NULL REFERENCES identity_group (id) ON DELETE CASCADE,
        site_id text NOT NULL,
        role text NOT NULL,
        PRIMARY KEY (group_id, site_id, role)
      )`);
    await queryRunner.query('CREATE INDEX identity_group_role_site ON identity_group_role (site_id, group_id, role)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['group_role', 'group_member', 'group', 'role']) await queryRunner.query(`DROP TABLE identity_${table}`);
  }
}
