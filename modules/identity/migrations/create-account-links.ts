import type { MigrationInterface, QueryRunner } from '@portico/core';

/** Links that are sent by mail. */
export class CreateAccountLinks1764710000000 implements MigrationInterface {
  readonly name = 'CreateAccountLinks1764710000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE identity_account_link (
        token_hash text PRIMARY KEY NOT NULL,
        person_id text NOT NULL REFERENCES identity_person (id) ON DELETE CASCADE,
        purpose text NOT NULL,
        email text NOT NULL,
        created_at bigint NOT NULL,
        expires_at bigint NOT NULL
      )`);
    await queryRunner.query('CREATE INDEX identity_account_link_person ON identity_account_link (person_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE identity_account_link');
  }
}
