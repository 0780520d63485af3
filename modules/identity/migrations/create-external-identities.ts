import type { MigrationInterface, QueryRunner } from '@portico/core';

/** Accounts at other places, the roles that these gave, and the sessions that were begun there. */
export class CreateExternalIdentities1764720100000 implements MigrationInterface {
  readonly name = 'CreateExternalIdentities1764720100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE identity_external_identity (
        id text PRIMARY KEY NOT NULL,
        issuer text NOT NULL,
        subject text NOT NULL,
        person_id text NOT NULL REFERENCES identity_person (id) ON DELETE CASCADE,
        provider text NOT NULL,
        label text NOT NULL,
        created_at bigint NOT NULL,
        last_used_at bigint
      )`);
    await queryRunner.query('CREATE UNIQUE INDEX identity_external_identity_key ON identity_external_identity (issuer, subject)');
    await queryRunner.query('CREATE INDEX identity_external_identity_person ON identity_external_identity (person_id)');
    await queryRunner.query(`
      CREATE TABLE identity_external_grant (
        person_id text NOT NULL REFERENCES identity_person (id) ON DELETE CASCADE,
        site_id text NOT NULL,
        role text NOT NULL,
        provider text NOT NULL,
        PRIMARY KEY (person_id, site_id, role, provider)
      )`);
    await queryRunner.query(`
      CREATE TABLE identity_external_session (
        token_hash text PRIMARY KEY NOT NULL REFERENCES identity_session (token_hash) ON DELETE CASCADE,
        provider text NOT NULL,
        issuer text NOT NULL,
        subject text NOT NULL,
        sid text
      )`);
    await queryRunner.query('CREATE INDEX identity_external_session_subject ON identity_external_session (issuer, subject)');
    await queryRunner.query('CREATE INDEX identity_external_session_sid ON identity_external_session (issuer, sid)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['session', 'grant', 'identity']) await queryRunner.query(`DROP TABLE identity_external_${table}`);
  }
}
