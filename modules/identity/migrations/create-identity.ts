import type { MigrationInterface, QueryRunner } from '@portico/core';

export class CreateIdentity1763800000000 implements MigrationInterface {
  readonly name = 'CreateIdentity1763800000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE identity_person (
        id text PRIMARY KEY NOT NULL,
        email text NOT NULL UNIQUE,
        name text NOT NULL,
        password_hash text NOT NULL,
        active boolean NOT NULL,
        must_change_password boolean NOT NULL,
        created_at text NOT NULL
      )`);
    await queryRunner.query('CREATE INDEX identity_person_list ON identity_person (email, name, id)');
    await queryRunner.query(`
      CREATE TABLE identity_session (
        token_hash text PRIMARY KEY NOT NULL,
        person_id text NOT NULL REFERENCES identity_person (id) ON DELETE CASCADE,
        created_at bigint NOT NULL,
        last_used_at bigint NOT NULL
      )`);
    await queryRunner.query('CREATE INDEX identity_session_person ON identity_session (person_id)');
    await queryRunner.query(`
      CREATE TABLE identity_role_assignment (
        person_id text NOT NULL REFERENCES identity_person (id) ON DELETE CASCADE,
        site_id text NOT NULL,
        role text NOT NULL,
        PRIMARY KEY (person_id, site_id, role)
      )`);
    await queryRunner.query('CREATE INDEX identity_role_assignment_site ON identity_role_assignment (site_id, person_id, role)');
    await queryRunner.query(`
      CREATE TABLE identity_role_permission (
        role text NOT NULL,
        permission text NOT NULL,
        granted boolean NOT NULL,
        PRIMARY KEY (role, permission)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['role_permission', 'role_assignment', 'session', 'person']) {
      await queryRunner.query(`DROP TABLE identity_${table}`);
    }
  }
}
