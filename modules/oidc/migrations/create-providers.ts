import type { MigrationInterface, QueryRunner } from '@portico/core';

export class CreateProviders1764720000000 implements MigrationInterface {
  readonly name = 'CreateProviders1764720000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE oidc_provider (
        id text PRIMARY KEY NOT NULL,
        name text NOT NULL,
        issuer text NOT NULL,
        client_id text NOT NULL,
        client_secret text,
        scopes text NOT NULL,
        groups_claim text NOT NULL,
        group_roles text NOT NULL,
        adds_people boolean NOT NULL,
        counts_as_second_factor boolean NOT NULL,
        enabled boolean NOT NULL,
        changed_at bigint NOT NULL,
        changed_by text NOT NULL
      )`);
    await queryRunner.query(`
      CREATE TABLE oidc_attempt (
        state_hash text PRIMARY KEY NOT NULL,
        browser_hash text NOT NULL,
        provider_id text NOT NULL,
        address_hash text NOT NULL,
        person_id text,
        next text,
        created_at bigint NOT NULL,
        used_at bigint
      )`);
    await queryRunner.query('CREATE INDEX oidc_attempt_address ON oidc_attempt (address_hash, created_at)');
    await queryRunner.query('CREATE INDEX oidc_attempt_created ON oidc_attempt (created_at)');
    await queryRunner.query(`
      CREATE TABLE oidc_logout_token (
        token_hash text PRIMARY KEY NOT NULL,
        expires_at bigint NOT NULL
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['logout_token', 'attempt', 'provider']) await queryRunner.query(`DROP TABLE oidc_${table}`);
  }
}
