import type { MigrationInterface, QueryRunner } from '@portico/core';

/** A browser is a known device of everybody who signs in from it: two people at one browser do not push out each other. */
export class ShareKnownDevices1764610000000 implements MigrationInterface {
  readonly name = 'ShareKnownDevices1764610000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await rebuild(queryRunner, 'token_hash, person_id', 'SELECT token_hash, person_id, created_at FROM identity_known_device');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    // Of those who share a browser it stays a device of one.
    await rebuild(
      queryRunner,
      'token_hash',
      `SELECT token_hash, person_id, created_at FROM identity_known_device AS kept WHERE person_id =
        (SELECT MIN(other.person_id) FROM identity_known_device AS other WHERE other.token_hash = kept.token_hash)`,
    );
  }
}

/** No database changes a primary key as another does: so the table is made anew. */
async function rebuild(queryRunner: QueryRunner, key: string, rows: string): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE identity_known_device_new (
      token_hash text NOT NULL,
      person_id text NOT NULL REFERENCES identity_person (id) ON DELETE CASCADE,
      created_at bigint NOT NULL,
      PRIMARY KEY (${key})
    )`);
  await queryRunner.query(`INSERT INTO identity_known_device_new (token_hash, person_id, created_at) ${rows}`);
  await queryRunner.query('DROP TABLE identity_known_device');
  await queryRunner.query('ALTER TABLE identity_known_device_new RENAME TO identity_known_device');
  await queryRunner.query('CREATE INDEX identity_known_device_person ON identity_known_device (person_id)');
}
