import type { MigrationInterface, QueryRunner } from '@portico/core';

export class CreateKnownDevices1764590000000 implements MigrationInterface {
  readonly name = 'CreateKnownDevices1764590000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE identity_known_device (
        token_hash text PRIMARY KEY NOT NULL,
        person_id text NOT NULL REFERENCES identity_person (id) ON DELETE CASCADE,
        created_at bigint NOT NULL
      )`);
    await queryRunner.query('CREATE INDEX identity_known_device_person ON identity_known_device (person_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE identity_known_device');
  }
}
