import type { MigrationInterface, QueryRunner } from '@portico/core';

export class CreateApiTokens1763900000000 implements MigrationInterface {
  readonly name = 'CreateApiTokens1763900000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE identity_api_token (
        id text PRIMARY KEY NOT NULL,
        person_id text NOT NULL REFERENCES identity_person (id) ON DELETE CASCADE,
        name text NOT NULL,
        token_hash text NOT NULL UNIQUE,
        scopes text NOT NULL,
        created_at bigint NOT NULL,
        expires_at bigint NOT NULL,
        last_used_at bigint
      )`);
    await queryRunner.query('CREATE INDEX identity_api_token_person ON identity_api_token (person_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE identity_api_token');
  }
}
