import type { MigrationInterface, QueryRunner } from '@portico/core';

const columns = 'id, person_id, name, token_hash, scopes, created_at, expires_at, last_used_at';

/** Accounts of programs. An API token is theirs or a person's: its table is made anew, without the reference to people. */
export class CreateServiceAccounts1764742000000 implements MigrationInterface {
  readonly name = 'CreateServiceAccounts1764742000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE identity_service_account (
        id text PRIMARY KEY NOT NULL,
        name text NOT NULL,
        name_key text NOT NULL UNIQUE,
        description text NOT NULL,
        active boolean NOT NULL,
        created_at text NOT NULL
      )`);
    await queryRunner.query(`
      CREATE TABLE identity_service_account_role (
        service_id text NOT NULL REFERENCES identity_service_account (id) ON DELETE CASCADE,
        site_id text NOT NULL,
        role text NOT NULL,
        PRIMARY KEY (service_id, site_id, role)
      )`);
    await queryRunner.query(
      'CREATE INDEX identity_service_account_role_site ON identity_service_account_role (site_id, service_id, role)',
    );
    await this.remake(queryRunner, 'text NOT NULL');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DELETE FROM identity_api_token WHERE person_id IN (SELECT id FROM identity_service_account)');
    await this.remake(queryRunner, 'text NOT NULL REFERENCES identity_person (id) ON DELETE CASCADE');
    for (const table of ['service_account_role', 'service_account']) await queryRunner.query(`DROP TABLE identity_${table}`);
  }

  private async remake(queryRunner: QueryRunner, owner: string): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE identity_api_token_anew (
        id text PRIMARY KEY NOT NULL,
        person_id ${owner},
        name text NOT NULL,
        token_hash text NOT NULL UNIQUE,
        scopes text NOT NULL,
        created_at bigint NOT NULL,
        expires_at bigint NOT NULL,
        last_used_at bigint
      )`);
    await queryRunner.query(`INSERT INTO identity_api_token_anew (${columns}) SELECT ${columns} FROM identity_api_token`);
    await queryRunner.query('DROP TABLE identity_api_token');
    await queryRunner.query('ALTER TABLE identity_api_token_anew RENAME TO identity_api_token');
    await queryRunner.query('CREATE INDEX identity_api_token_person ON identity_api_token (person_id)');
  }
}
