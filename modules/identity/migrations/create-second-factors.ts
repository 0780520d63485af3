import type { MigrationInterface, QueryRunner } from '@portico/core';

/** Authenticator apps, recovery codes and passkeys. */
export class CreateSecondFactors1764700000000 implements MigrationInterface {
  readonly name = 'CreateSecondFactors1764700000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE identity_authenticator (
        person_id text PRIMARY KEY NOT NULL REFERENCES identity_person (id) ON DELETE CASCADE,
        secret text NOT NULL,
        last_step bigint NOT NULL,
        created_at bigint NOT NULL
      )`);
    await queryRunner.query(`
      CREATE TABLE identity_recovery_code (
        person_id text NOT NULL REFERENCES identity_person (id) ON DELETE CASCADE,
        prefix text NOT NULL,
        code_hash text NOT NULL,
        used_at bigint,
        PRIMARY KEY (person_id, prefix)
      )`);
    await queryRunner.query(`
      CREATE TABLE identity_passkey (
        id text PRIMARY KEY NOT NULL,
        person_id text NOT NULL REFERENCES identity_person (id) ON DELETE CASCADE,
        name text NOT NULL,
        rp_id text NOT NULL,
        public_key text NOT NULL,
        counter bigint NOT NULL,
        transports text NOT NULL,
        created_at bigint NOT NULL,
        last_used_at bigint
      )`);
    await queryRunner.query('CREATE INDEX identity_passkey_person ON identity_passkey (person_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['identity_passkey', 'identity_recovery_code', 'identity_authenticator'])
      await queryRunner.query(`DROP TABLE ${table}`);
  }
}
